//go:build linux

package images

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Plan says what to serve.
type Plan struct {
	// Addresses to listen on; every one has all images.
	Addresses []string
	// Images is how many there are; the name of number n is Name(address, n).
	Images int
}

// Asked counts the registry's requests.
type Asked struct {
	// Tags is how often a tag's digest was asked for, Manifests and Blobs how often these were fetched.
	Tags, Manifests, Blobs int64
}

// Name is the n-th image's, by its tag.
func Name(address string, n int) string { return fmt.Sprintf("%s/bench/app-%d:1", address, n) }

// Digest is the digest of the n-th image.
func Digest(n int) (string, error) {
	image, err := made(n)
	if err != nil {
		return "", err
	}
	hash, err := image.Digest()
	return hash.String(), err
}

// made is the n-th image.
func made(n int) (v1.Image, error) {
	return mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		OS: "linux", Architecture: "amd64",
		Config: v1.Config{Entrypoint: []string{"/app"}, Cmd: []string{"--serve=:8080", fmt.Sprintf("--number=%d", n)}},
	})
}

// Run reads a Plan and serves it until the input ends. Then it writes what it was asked.
func Run(in io.Reader, out io.Writer) error {
	input := json.NewDecoder(in)
	var plan Plan
	if err := input.Decode(&plan); err != nil {
		return fmt.Errorf("read the registry's plan: %w", err)
	}
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	if err := fill(handler, plan.Images); err != nil {
		return err
	}
	var asked Asked
	server := &http.Server{Handler: count(&asked, handler), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, len(plan.Addresses))
	for _, address := range plan.Addresses {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return fmt.Errorf("listen as a registry: %w", err)
		}
		go func() { failed <- server.Serve(listener) }()
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, io.MultiReader(input.Buffered(), in))
		close(ended)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve as a registry: %w", err)
	case <-ended:
	}
	if err := server.Close(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(&asked)
}

// count counts what is asked before it hands it on.
func count(asked *Asked, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "/blobs/"):
			atomic.AddInt64(&asked.Blobs, 1)
		case strings.Contains(r.URL.Path, "/manifests/") && r.Method == http.MethodHead:
			atomic.AddInt64(&asked.Tags, 1)
		case strings.Contains(r.URL.Path, "/manifests/"):
			atomic.AddInt64(&asked.Manifests, 1)
		}
		next.ServeHTTP(w, r)
	})
}

// fill pushes n images, without a network in between.
func fill(handler http.Handler, n int) error {
	for i := range n {
		image, err := made(i)
		if err != nil {
			return err
		}
		tag, err := name.NewTag(Name("registry.invalid", i), name.Insecure)
		if err != nil {
			return err
		}
		if err := remote.Write(tag, image, remote.WithTransport(direct{handler})); err != nil {
			return fmt.Errorf("push %s: %w", tag, err)
		}
	}
	return nil
}

// direct is a transport that calls the handler itself.
type direct struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody // as a server gives it to its handler
	}
	recorder := httptest.NewRecorder()
	d.handler.ServeHTTP(recorder, r)
	resp := recorder.Result()
	resp.Request = r
	return resp, nil
}
