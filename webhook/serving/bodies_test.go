package serving

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// patient are bounds for a machine of any speed: what must be late is, and nothing else.
func patient() *Bodies {
	b := NewBodies()
	b.patience = limits{room: time.Hour, part: 20 * time.Second, body: time.Hour}
	return b
}

func echo(_ context.Context, body []byte) ([]byte, error) { return body[:min(len(body), 10)], nil }

func TestLimit(t *testing.T) {
	server := httptest.NewServer(patient().Handler(echo))
	defer server.Close()
	for name, c := range map[string]struct {
		body io.Reader
		code int
	}{
		"as large as can be": {strings.NewReader(strings.Repeat("x", MaxReview-1)), http.StatusOK},
		"too large":          {strings.NewReader(strings.Repeat("x", MaxReview)), http.StatusRequestEntityTooLarge},
		"of unknown length":  {io.MultiReader(strings.NewReader("x")), http.StatusRequestEntityTooLarge},
	} {
		response, err := http.Post(server.URL, "application/json", c.body)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != c.code {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
}

// TestLimitAdmits: a review that is too large is one more pod that is left alone, not an
// error: the JSON of a valid pod can be several times as long as what the API server keeps.
func TestLimitAdmits(t *testing.T) {
	server := httptest.NewServer(patient().Handler(func(context.Context, []byte) ([]byte, error) {
		t.Error("it was let through")
		return nil, nil
	}))
	defer server.Close()
	sent := admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request:  &admissionv1.AdmissionRequest{UID: "this-one", Name: strings.Repeat("<", MaxReview/6)},
	}
	body, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(server.URL, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got admissionv1.AdmissionReview
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.TypeMeta != sent.TypeMeta || got.Response == nil || got.Response.UID != "this-one" || !got.Response.Allowed || len(got.Response.Warnings) != 1 {
		t.Errorf("got %+v of %d bytes", got, len(body))
	}
}

// from returns a client of server that calls from a loopback address, over HTTP/2 if it may.
func from(address string, http2 bool) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(http2)
	protocols.SetHTTP1(!http2)
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	return &http.Client{Transport: &http.Transport{
		DialContext: dialer.DialContext, Protocols: protocols, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // a test's own server
	}}
}

// bounded serves handler as Server does.
func bounded(t *testing.T, handler http.Handler) (url string) {
	t.Helper()
	s := NewServer(0, nil, 0)

	s.Register("/", handler)
	test := httptest.NewUnstartedServer(nil)
	test.EnableHTTP2 = true
	test.StartTLS() // for its certificate
	config := &tls.Config{NextProtos: []string{"h2", "http/1.1"}, Certificates: test.TLS.Certificates, MinVersion: tls.VersionTLS12}
	test.Close()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := s.server(func(string, ...any) {})
	go func() { _ = server.Serve(tls.NewListener(newCounted(plain, reviewers()), config)) }()
	t.Cleanup(func() { server.Close() })
	return "https://" + plain.Addr().String() + "/"
}

// stalled is a body that gives all but its last bytes, and then nothing until it is closed or given up:
// a client whose connection is closed waits for its body's reader before it closes the body.
type stalled struct {
	left    int
	givenUp <-chan struct{}
	closed  chan struct{}
	close   func()
}

func newStalled(left int, givenUp <-chan struct{}) *stalled {
	closed := make(chan struct{})
	return &stalled{left, givenUp, closed, sync.OnceFunc(func() { close(closed) })}
}

func (s *stalled) Close() error {
	s.close()
	return nil
}

func (s *stalled) Read(p []byte) (int, error) {
	if s.left == 0 {
		select {
		case <-s.closed:
		case <-s.givenUp:
		}
		return 0, io.ErrUnexpectedEOF
	}
	n := min(len(p), s.left)
	clear(p[:n])
	s.left -= n
	return n, nil
}

// TestStalledBodies: 60 bodies of 7 MiB that stop 3 KiB before their end are given up, whatever the
// protocol; until then they hold less than a tenth of what they announced, and an API server at
// another address is answered. Before, they held 504 MiB for as long as they liked.
func TestStalledBodies(t *testing.T) {
	url := bounded(t, patient().Handler(echo))
	for _, http2 := range []bool{false, true} {
		runtime.GC()
		var before, during runtime.MemStats
		runtime.ReadMemStats(&before)
		var clients sync.WaitGroup
		given := make(chan struct{}, 60)
		ctx, cancel := context.WithCancel(t.Context())
		attacker := from("127.0.0.66", http2)
		for range 60 {
			clients.Go(func() {
				request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, newStalled(MaxReview-3<<10-1, ctx.Done()))
				if err != nil {
					t.Error(err)
					return
				}
				request.ContentLength = MaxReview - 1
				if response, err := attacker.Do(request); err == nil {
					if response.Body.Close(); response.StatusCode != http.StatusServiceUnavailable {
						t.Errorf("a stalled body is answered %s", response.Status)
					}
					given <- struct{}{}
				} else if ctx.Err() == nil { // or its connection is closed
					given <- struct{}{}
				}
			})
		}
		large := bytes.Repeat([]byte("x"), 3<<20)
		honest := from("127.0.0.67", http2)
		for range 10 {
			response, err := honest.Post(url, "application/json", bytes.NewReader(large))
			if err != nil {
				t.Fatal(err)
			}
			if response.Body.Close(); response.StatusCode != http.StatusOK {
				t.Errorf("while others stall an honest review is answered %s", response.Status)
			}
			runtime.ReadMemStats(&during)
			if held := int64(during.HeapAlloc) - int64(before.HeapAlloc); held > 100<<20 {
				t.Errorf("%d MiB are held", held>>20)
			}
		}
		<-given // who is never given up fails the test by its timeout
		cancel()
		clients.Wait()
		attacker.CloseIdleConnections()
		honest.CloseIdleConnections()
	}
}

// TestManyLargeReviews: many honest reviews of 3 MiB at once are all answered: they wait for each
// other.
func TestManyLargeReviews(t *testing.T) {
	url := bounded(t, patient().Handler(echo))
	large := bytes.Repeat([]byte("x"), 3<<20)
	var clients sync.WaitGroup
	honest := from("127.0.0.67", false)
	for range 20 {
		clients.Go(func() {
			response, err := honest.Post(url, "application/json", bytes.NewReader(large))
			if err != nil {
				t.Error(err)
				return
			}
			if response.Body.Close(); response.StatusCode != http.StatusOK {
				t.Errorf("answered %s", response.Status)
			}
		})
	}
	clients.Wait()
	honest.CloseIdleConnections()
}

// TestConnectionsAreBounded: one address has so many connections, and whoever comes while others
// hold all there are still gets some.
func TestConnectionsAreBounded(t *testing.T) {
	for _, most := range []crowd{reviewers(), passersBy()} {
		l := newCounted(nil, most)
		for i := range 50 {
			entered, want := 0, most.perAddress
			if taken := i * most.perAddress; taken+want > most.all {
				want = max(most.assured, most.all-taken)
			}
			for range 5000 {
				if l.enter(fmt.Sprint(i)) {
					entered++
				}
			}
			if entered != want {
				t.Errorf("address %d of %+v has %d connections, want %d", i, most, entered, want)
			}
		}
		for range most.perAddress {
			l.leave("0")
		}
		if len(l.of) != 49 {
			t.Errorf("what has ended is still counted: %v", l.of)
		}
	}
}
