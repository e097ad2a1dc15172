//go:build linux

package apiserver

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/softstop/softstop/e2e/node/parts"
)

// distribution returns the registry that most people run, CNCF's distribution. Debian
// has it as docker-registry: where it is not installed, the package is unpacked in the
// cache.
func distribution(t *testing.T) (program string) {
	t.Helper()
	const name = "docker-registry"
	if program, err := exec.LookPath(name); err == nil {
		return program
	}
	cache, err := parts.Cache()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(cache, "parts", name)
	program = filepath.Join(folder, "usr/bin", name)
	unlock, err := parts.Lock(t.Context(), folder+".lock", func() { fmt.Fprintln(os.Stderr, "waiting for another download of", name) })
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := os.Stat(program); err == nil {
		return program
	}
	fmt.Fprintln(os.Stderr, "downloading Debian's", name, "(some seconds, once)")
	work := t.TempDir()
	for _, line := range []string{
		"apt-get update -q", "apt-get download -q " + name, "mkdir root", "dpkg-deb -x $(ls *.deb) root",
		"rm -rf " + folder, "mv root " + folder,
	} {
		command := exec.CommandContext(t.Context(), "sh", "-c", line)
		command.Dir = work
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("get Debian's %s, without which look-ups are not tested against a real registry (%s): %v: %s", name, line, err, out)
		}
	}
	return program
}

// startDistribution starts it with a certificate of an authority of its own, whose
// folder is returned, and a password for the user called user.
func startDistribution(t *testing.T, password string) (host, authorities string) {
	t.Helper()
	folder, authorities := t.TempDir(), t.TempDir()
	borrowed := httptest.NewTLSServer(nil) // for its certificate
	host = borrowed.Listener.Addr().String()
	pair := borrowed.TLS.Certificates[0]
	borrowed.Close()
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{
		filepath.Join(authorities, "ca.crt"): string(pemOf(pair.Certificate[0])),
		filepath.Join(folder, "tls.crt"):     string(pemOf(pair.Certificate[0])),
		filepath.Join(folder, "tls.key"):     string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
		filepath.Join(folder, "htpasswd"):    "user:" + string(hash) + "\n",
		filepath.Join(folder, "config.yml"): fmt.Sprintf(`version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: %[1]s/data}}
http: {addr: %[2]q, tls: {certificate: %[1]s/tls.crt, key: %[1]s/tls.key}}
auth: {htpasswd: {realm: test, path: %[1]s/htpasswd}}
`, folder, host),
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, distribution(t), "serve", filepath.Join(folder, "config.yml"))
	var told strings.Builder
	server.Stdout, server.Stderr = &told, &told
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = server.Wait() // killed
		if t.Failed() {
			t.Logf("the registry: %s", told.String())
		}
	})
	return host, authorities
}
