//go:build linux

package images

import (
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

// Registry is one that serves.
type Registry struct {
	server                 *http.Server
	tags, manifests, blobs atomic.Int64
}

// Asked counts a registry's requests.
type Asked struct {
	// Tags is how often a tag's digest was asked for, Manifests and Blobs how often these were
	// fetched.
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

// Serve makes n images and serves all of them on every listener, until Close.
func Serve(listeners []net.Listener, n int) (*Registry, error) {
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	if err := fill(handler, n); err != nil {
		return nil, err
	}
	r := &Registry{}
	r.server = &http.Server{Handler: r.count(handler), ReadHeaderTimeout: 10 * time.Second}
	for _, listener := range listeners {
		go func() { _ = r.server.Serve(listener) }() // it ends with Close
	}
	return r, nil
}

// Asked is what it was asked so far.
func (r *Registry) Asked() Asked {
	return Asked{Tags: r.tags.Load(), Manifests: r.manifests.Load(), Blobs: r.blobs.Load()}
}

// Close ends it and its listeners.
func (r *Registry) Close() { _ = r.server.Close() }

// count counts what is asked before it hands it on.
func (r *Registry) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch {
		case strings.Contains(req.URL.Path, "/blobs/"):
			r.blobs.Add(1)
		case strings.Contains(req.URL.Path, "/manifests/") && req.Method == http.MethodHead:
			r.tags.Add(1)
		case strings.Contains(req.URL.Path, "/manifests/"):
			r.manifests.Add(1)
		}
		next.ServeHTTP(w, req)
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
