//go:build e2e && linux

package main

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"k8s.io/client-go/util/cert"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/node/parts"
)

// customer is somebody who has nothing but the README: config.ImageRegistry's host is a registry of
// the test's, by its public name and with HTTPS, and empty at first.
type customer struct {
	root string
	// hosts and authority are files: what /etc/hosts says to the customer's programs, and whom they
	// trust.
	hosts, authority string
}

// TestPush: what make release builds and make push pushes is what the README's line installs: the
// chart comes from the registry, and all of its images are there, by their digests, whatever
// values an earlier release has left.
func TestPush(t *testing.T) {
	c := arrive(t)
	first, second := c.release(t, "v0.0.1"), c.release(t, "v0.0.2")
	// Off unless asked for, but named by the chart.
	const all = " --set node.enabled=true"
	install := regexp.MustCompile(`^helm install|--create-namespace|--wait`).ReplaceAllString(c.readme(t, "helm install softstop oci://")[0], "")
	for _, r := range []release{first, second} {
		c.push(t, r)
		rendered := c.run(t, "sh", "-c", `exec "$0" template `+install+all, c.helm(t))
		for _, name := range chartImages() {
			digest, err := r.digest(name)
			if image := config.ImageRegistry + "/" + name + "@" + digest; err != nil || !strings.Contains(rendered, image) {
				t.Errorf("%s: %v; want %s", r.version, err, image)
			}
		}
		if strings.Contains(rendered, config.ImageRegistry+"/softstop-webhook:") {
			t.Error("an image has a tag")
		}
	}
	elsewhere := c.run(t, "sh", "-c", `exec "$0" template `+install+all+" --set image.repository=mirror.example/webhook,init.image.tag=mine", c.helm(t))
	for _, image := range []string{"mirror.example/webhook:0.0.2", config.ImageRegistry + "/softstop-init:mine"} {
		if !strings.Contains(elsewhere, image) {
			t.Errorf("with values of the customer's: want %s", image)
		}
	}
}

// arrive starts the registry, at an address of this machine's own that nobody else uses.
func arrive(t *testing.T) *customer {
	t.Helper()
	root, err := parts.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ := strings.Cut(config.ImageRegistry, "/")
	chain, key, err := cert.GenerateSelfSignedCertKey(host, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		t.Fatal(err)
	}
	const address = "127.0.21.1"
	folder := t.TempDir()
	c := &customer{root: root, hosts: filepath.Join(folder, "hosts"), authority: filepath.Join(folder, "authority.crt")}
	for file, text := range map[string]string{c.hosts: address + " " + host + "\n127.0.0.1 localhost\n", c.authority: string(chain)} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("tcp", address+":443")
	if err != nil {
		t.Fatal(err)
	}
	silent := log.New(io.Discard, "", 0)
	server := &http.Server{
		Handler: registry.New(registry.Logger(silent), registry.WithReferrersSupport(true)), ErrorLog: silent,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}},
	}
	served := make(chan error, 1)
	go func() { served <- server.ServeTLS(l, "", "") }()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	return c
}

// run runs a program as the customer does: the registry has its public name, in a mount namespace
// of the program's own.
func (c *customer) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	enter := []string{"--mount", "sh", "-c", `mount --bind "$0" /etc/hosts && exec "$@"`, c.hosts, name}
	cmd := exec.CommandContext(t.Context(), "unshare", append(enter, args...)...)
	home := filepath.Dir(c.hosts) // nothing of the user's own Helm and docker
	cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+c.authority, "HELM_CONFIG_HOME="+home, "HELM_DATA_HOME="+home, "HELM_CACHE_HOME="+home, "DOCKER_CONFIG="+home)
	cmd.Dir = c.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// helm is the path of Helm.
func (c *customer) helm(t *testing.T) string {
	t.Helper()
	folder, err := parts.Build(t.Context(), parts.Helm(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "helm")
}

// release builds what a cluster of machines like this one needs of a release.
func (c *customer) release(t *testing.T, version string) release {
	t.Helper()
	r := release{version: version, root: c.root, out: t.TempDir(), progress: os.Stderr}
	for _, name := range allImages() {
		r.ships = append(r.ships, program{name, "linux", runtime.GOARCH})
	}
	if err := r.programs(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.images(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.chart(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// push pushes a release as the workflow does, and holds what it writes down to what was built.
func (c *customer) push(t *testing.T, r release) {
	t.Helper()
	list := filepath.Join(t.TempDir(), "pushed")
	c.run(t, "make", "push", "RELEASE="+r.out, "PUSHED="+list)
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range allImages() {
		digest, err := r.digest(image)
		if line := image + " " + config.ImageRegistry + "/" + image + " " + digest + "\n"; err != nil || !strings.Contains(string(text), line) {
			t.Errorf("%v; want %q in:\n%s", err, line, text)
		}
	}
	if !regexp.MustCompile(`(?m)^chart ` + config.ImageRegistry + `/charts/softstop sha256:[0-9a-f]{64}$`).Match(text) {
		t.Errorf("no chart in:\n%s", text)
	}
}

// readme returns the commands of the README's first block that has one with this beginning.
func (c *customer) readme(t *testing.T, beginning string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		if strings.Contains("\n"+m[1], "\n"+beginning) {
			return strings.Split(strings.TrimSpace(m[1]), "\n")
		}
	}
	t.Fatalf("README.md has no command that begins with %q", beginning)
	return nil
}
