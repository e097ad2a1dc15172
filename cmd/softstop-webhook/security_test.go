//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/serving"
)

// listener is a log with everything in it, however verbose.
type listener struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *listener) logger() logr.Logger {
	return funcr.New(func(prefix, args string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		fmt.Fprintln(&l.all, prefix, args)
	}, funcr.Options{Verbosity: 100})
}

func (l *listener) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// noSecretIsTold: after all that the suite has done, with passwords good and bad, a lost
// Secret and many rotations, no password and no key is in the log, the events or the
// metrics.
func (s *suite) noSecretIsTold(t *testing.T) {
	log := s.log.String()
	for _, want := range []string{"image not found out", "writing the authorities", "answered"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %q: it tells nothing of secrets", want)
		}
	}
	var events corev1.EventList
	if err := s.client.List(t.Context(), &events); err != nil {
		t.Fatal(err)
	}
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var secret corev1.Secret
	if err := s.client.Get(t.Context(), client.ObjectKey{Namespace: "softstop", Name: "softstop-webhook-tls"}, &secret); err != nil {
		t.Fatal(err)
	}
	forbidden := []string{"PRIVATE KEY"}
	for _, p := range []string{password, wrongPassword} {
		forbidden = append(forbidden, p, base64.StdEncoding.EncodeToString([]byte("user:"+p)))
	}
	for line := range strings.Lines(string(secret.Data["ca.key"])) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") {
			forbidden = append(forbidden, line)
		}
	}
	for place, text := range map[string]string{"the log": log, "the events": fmt.Sprint(events.Items), "the metrics": fmt.Sprint(families)} {
		for _, secret := range forbidden {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s: …%s…", place, text[max(0, at-200):min(len(text), at+200)])
			}
		}
	}
}

// tooLarge: a review beyond the limit is not read.
func (s *suite) tooLarge(t *testing.T) {
	insecure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} // the test's own
	response, err := insecure.Post("https://"+s.address+webhook.Path, "application/json", bytes.NewReader(make([]byte, serving.MaxReview)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%d bytes are answered with %s", serving.MaxReview, response.Status)
	}
}

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
