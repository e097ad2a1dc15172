//go:build e2e && linux

package suite

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/node/image"
	"github.com/softstop/softstop/e2e/node/parts"
)

// serve answers HTTP at an address of the node's until the test ends.
func (s *suite) serve(t *testing.T, address string, handler http.Handler) {
	t.Helper()
	s.serveTLS(t, address, handler, nil)
}

// serveTLS is serve with HTTPS, unless config is nil.
func (s *suite) serveTLS(t *testing.T, address string, handler http.Handler, config *tls.Config) {
	t.Helper()
	l, err := s.Node.Listen(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if config != nil {
		l = tls.NewListener(l, config)
	}
	server := &http.Server{Handler: handler, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
}

// serveRegistry starts an empty registry that webhook and runtime both reach.
func (s *suite) serveRegistry(t *testing.T) {
	t.Helper()
	s.serve(t, s.Node.Registry(), registry.New(registry.Logger(log.New(io.Discard, "", 0))))
}

// serveImages starts a registry with the images of the cases in it.
func (s *suite) serveImages(t *testing.T) {
	t.Helper()
	s.serveRegistry(t)
	app, err := images.MakeApp(t.Context(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	s.push(t, "app:1", app, &v1.Config{Entrypoint: []string{"/app", "--name=image"}, Cmd: []string{"--cleanup=1s"}})
	s.push(t, "dollars:1", app, &v1.Config{Entrypoint: []string{"/bin/echo"}, Cmd: []string{"$(NAME) $$HOME $(hostname)"}})
	s.push(t, "scratch:1", scratch(t), nil)
	nginx, err := images.MakeNginx(t.Context(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	s.push(t, "nginx:1", nginx, nil)
}

// scratch makes an image that holds the demo's application and no other file.
func scratch(t *testing.T) string {
	t.Helper()
	app, err := parts.Own(t.Context(), "e2e/demo/app")
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "scratch.tar")
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	err = image.Write(f, image.Image{Name: "scratch:1", Files: []image.File{{From: app, To: "/app"}}, Entrypoint: []string{"/app", "--name=scratch"}})
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// push puts an archive's image into the registry, with another command if config is not nil.
func (s *suite) push(t *testing.T, as, archive string, config *v1.Config) {
	t.Helper()
	s.pushTo(t, s.Node.Registry(), authn.Anonymous, as, archive, config)
}

// pushTo is push for a registry that may ask who pushes.
func (s *suite) pushTo(t *testing.T, address string, who authn.Authenticator, as, archive string, config *v1.Config) {
	t.Helper()
	img, err := tarball.ImageFromPath(archive, nil)
	if err == nil && config != nil {
		img, err = mutate.Config(img, *config)
	}
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(address+"/"+as, name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DialContext: s.Node.Dial}
	defer transport.CloseIdleConnections()
	if err := remote.Write(tag, img, remote.WithTransport(transport), remote.WithAuth(who)); err != nil {
		t.Fatal(err)
	}
}
