package serving

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/e2e/await"
)

func madeAuthority(t *testing.T) authority {
	t.Helper()
	a, err := newAuthority(time.Hour, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// clientCertificate is one for name.
func clientCertificate(t *testing.T, a authority, name string) tls.Certificate {
	t.Helper()
	key, cert, err := issue(&a, &x509.Certificate{
		DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

// TestClients: only who shows a certificate of the authority, with an allowed name, is
// answered; the authority may change while the server runs.
func TestClients(t *testing.T) {
	good, other := madeAuthority(t), madeAuthority(t)
	file := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(file, bundle([]authority{good}), 0o600); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	Clients{CAFile: file, Names: []string{"apiserver", "another"}}.Configure(server.TLS)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // refusals are meant
	server.StartTLS()
	defer server.Close()
	call := func(shown ...tls.Certificate) error {
		transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: shown}} // the client is tested
		defer transport.CloseIdleConnections()
		response, err := (&http.Client{Transport: transport}).Get(server.URL)
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	leaf, err := good.leaf([]string{"apiserver"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		shown []tls.Certificate
		good  bool
	}{
		"the API server":            {[]tls.Certificate{clientCertificate(t, good, "apiserver")}, true},
		"nobody":                    {nil, false},
		"another name":              {[]tls.Certificate{clientCertificate(t, good, "stranger")}, false},
		"another authority":         {[]tls.Certificate{clientCertificate(t, other, "apiserver")}, false},
		"a server's certificate":    {[]tls.Certificate{*leaf}, false},
		"the second allowed of two": {[]tls.Certificate{clientCertificate(t, good, "another")}, true},
	} {
		if err := call(c.shown...); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(file, bundle([]authority{other}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := call(clientCertificate(t, other, "apiserver")); err != nil {
		t.Errorf("after the authority changed: %v", err)
	}
	if call(clientCertificate(t, good, "apiserver")) == nil {
		t.Error("the authority before is still good")
	}
}

// TestFiles: a renewed certificate is noticed the way the kubelet brings it, by changing
// a link to a folder.
func TestFiles(t *testing.T) {
	folder := t.TempDir()
	if _, err := NewFiles(folder); err == nil || !strings.Contains(err.Error(), folder) {
		t.Errorf("an empty folder: %v", err)
	}
	mount := func(version string) *tls.Certificate {
		t.Helper()
		leaf, err := madeAuthority(t).leaf([]string{"a"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		key, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(folder, version), 0o700); err != nil {
			t.Fatal(err)
		}
		for name, block := range map[string]*pem.Block{"tls.crt": {Type: "CERTIFICATE", Bytes: leaf.Certificate[0]}, "tls.key": {Type: "PRIVATE KEY", Bytes: key}} {
			if err := os.WriteFile(filepath.Join(folder, version, name), pem.EncodeToMemory(block), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("..data/"+name, filepath.Join(folder, name)); err != nil && !os.IsExist(err) {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(version, filepath.Join(folder, "..new")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(folder, "..new"), filepath.Join(folder, "..data")); err != nil {
			t.Fatal(err)
		}
		return leaf
	}
	first := mount("..1")
	files, err := NewFiles(folder)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = files.Start(t.Context()) }()
	shows := func(leaf *tls.Certificate) bool {
		current, err := files.Current()
		return err == nil && current.Leaf.Equal(leaf.Leaf)
	}
	if !shows(first) || Ready(files)(nil) != nil {
		t.Error("the first is not shown")
	}
	second := mount("..2")
	await.True(t, "the second is shown", func() bool { return shows(second) })
}

// TestReady: no certificate and an expired one are both no reason to be called.
func TestReady(t *testing.T) {
	k := &Keeper{}
	if Ready(k)(nil) == nil {
		t.Error("ready without a certificate")
	}
	a := madeAuthority(t)
	leaf, err := a.leaf([]string{"a"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	k.current.Store(leaf)
	if err := Ready(k)(nil); err != nil {
		t.Error(err)
	}
	leaf.Leaf.NotAfter = time.Now().Add(-time.Second)
	if Ready(k)(nil) == nil {
		t.Error("ready with an expired certificate")
	}
}
