package main

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"

	"k8s.io/client-go/util/cert"
)

// given is a certificate that there is already.
type given struct{ tls.Certificate }

func (given) Start(context.Context) error          { return nil }
func (g given) Current() (*tls.Certificate, error) { return &g.Certificate, nil }

// TestTLSVersions: 1.3, and 1.2 only where it is asked for.
func TestTLSVersions(t *testing.T) {
	certificate, key, err := cert.GenerateSelfSignedCertKey("localhost", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flags  []string
		oldest uint16
	}{{nil, tls.VersionTLS13}, {[]string{"--tls-min-version=1.3"}, tls.VersionTLS13}, {[]string{"--tls-min-version=1.2"}, tls.VersionTLS12}} {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = nil
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS10} // configureTLS must raise it
		o, _, err := parseFlags(c.flags)
		if err != nil {
			t.Fatal(err)
		}
		configureTLS(server.TLS, o, given{pair})
		server.StartTLS()
		for version := uint16(tls.VersionTLS10); version <= tls.VersionTLS13; version++ {
			connection, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{
				InsecureSkipVerify: true, MinVersion: version, MaxVersion: version, // the server is tested
			})
			if err == nil {
				connection.Close()
			}
			if (err == nil) != (version >= c.oldest) {
				t.Errorf("%v: %s: %v", c.flags, tls.VersionName(version), err)
			}
		}
		server.Close()
	}
}
