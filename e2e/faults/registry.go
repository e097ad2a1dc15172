//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	containers "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/softstop/softstop/e2e/node"
)

// imageRegistry is a registry on the node that has the same image under every name, and moods.
type imageRegistry struct {
	node    *node.Node
	backend http.Handler
	server  *http.Server
	// mood answers instead of the backend, if there is one.
	mood atomic.Pointer[http.HandlerFunc]
	// asked counts the requests.
	asked atomic.Int64
}

// theImage is the name under which the backend has its image.
const theImage = "app"

// startRegistry serves one image, whose command is that of the node's app image.
func startRegistry(ctx context.Context, n *node.Node) (*imageRegistry, error) {
	r := &imageRegistry{node: n, backend: containers.New(containers.Logger(log.New(io.Discard, "", 0)))}
	if err := r.start(ctx); err != nil {
		return nil, err
	}
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		Architecture: "amd64", OS: "linux", Config: v1.Config{Entrypoint: []string{"/app"}},
	})
	if err != nil {
		return nil, fmt.Errorf("make the registry's image: %w", err)
	}
	ref, err := name.ParseReference(n.Registry()+"/"+theImage+":1", name.Insecure)
	if err != nil {
		return nil, err
	}
	if err := remote.Write(ref, image, remote.WithContext(ctx), remote.WithTransport(&http.Transport{DialContext: n.Dial})); err != nil {
		return nil, fmt.Errorf("fill the registry: %w", err)
	}
	return r, nil
}

// start listens where the node expects its registry.
func (r *imageRegistry) start(ctx context.Context) error {
	listener, err := r.node.Listen(ctx, r.node.Registry())
	if err != nil {
		return fmt.Errorf("listen on the node as a registry: %w", err)
	}
	r.server = &http.Server{Handler: http.HandlerFunc(r.serve), ReadHeaderTimeout: time.Minute}
	go func(s *http.Server) { _ = s.Serve(listener) }(r.server)
	return nil
}

// stop lets nobody answer any more.
func (r *imageRegistry) stop() error {
	if err := r.server.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("stop the registry: %w", err)
	}
	return nil
}

func (r *imageRegistry) serve(w http.ResponseWriter, req *http.Request) {
	r.asked.Add(1)
	if mood := r.mood.Load(); mood != nil {
		(*mood)(w, req)
		return
	}
	// Every repository is the one.
	if rest, ok := strings.CutPrefix(req.URL.Path, "/v2/"); ok && rest != "" {
		if repository, what, ok := strings.Cut(rest, "/"); ok && repository != theImage {
			req.URL.Path = "/v2/" + theImage + "/" + what
		}
	}
	r.backend.ServeHTTP(w, req)
}

// slow answers when the one who asks has given up.
func slow(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }

// hostile returns a mood that answers each request with another piece of malice.
func hostile(api string) http.HandlerFunc {
	var turn atomic.Int64
	tricks := []http.HandlerFunc{
		http.RedirectHandler("http://169.254.169.254/latest", http.StatusFound).ServeHTTP,
		http.RedirectHandler("https://"+api+"/", http.StatusFound).ServeHTTP,
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="https://`+api+`/token",service="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		},
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		},
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		garbage, endless, trickle,
	}
	return func(w http.ResponseWriter, req *http.Request) {
		tricks[int(turn.Add(1))%len(tricks)](w, req)
	}
}

// garbage is a manifest that is none, with the headers of one.
func garbage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
	w.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("0", 64))
	_, _ = io.WriteString(w, `{"schemaVersion":2,"config":{"digest":"sha256:../../etc","size":-1},"layers":[{`)
}

// endless never stops sending.
func endless(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
	w.Header().Set("Docker-Content-Digest", "sha256:"+strings.Repeat("1", 64))
	w.Header().Set("Content-Length", "4611686018427387904")
	block := []byte(strings.Repeat("[", 1<<16))
	for req.Context().Err() == nil {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// trickle sends a byte now and then, so that no wait for the next byte is ever long.
func trickle(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := io.WriteString(w, " "); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-req.Context().Done():
			return
		case <-tick.C:
		}
	}
}
