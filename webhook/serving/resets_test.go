package serving

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/softstop/softstop/e2e/await"
)

// resetter sends requests over HTTP/2 and takes each back at once.
type resetter struct {
	*http2.Framer
	header []byte
	next   uint32
}

// newResetter connects from a loopback address. Whoever is answered nothing more has been shown
// out.
func newResetter(t *testing.T, url, address string) *resetter {
	t.Helper()
	host := strings.TrimSuffix(strings.TrimPrefix(url, "https://"), "/")
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	connection, err := tls.DialWithDialer(dialer, "tcp", host, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}) // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	go func() { _, _ = io.Copy(io.Discard, connection) }()
	var header bytes.Buffer
	encoder := hpack.NewEncoder(&header)
	for _, field := range [][2]string{{":method", "POST"}, {":scheme", "https"}, {":authority", host}, {":path", "/"}, {"content-length", "1000000"}} {
		if err := encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(connection, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	r := &resetter{http2.NewFramer(connection, nil), header.Bytes(), 1}
	if err := r.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return r
}

// reset begins one request and takes it back.
func (r *resetter) reset() error {
	id := r.next
	r.next += 2
	if err := r.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: r.header, EndHeaders: true}); err != nil {
		return err
	}
	return r.WriteRSTStream(id, http2.ErrCodeCancel)
}

// TestResets: requests that are taken back as soon as they are made, tens of thousands of them,
// have no more answered at once than requests that are not, hold nothing once they are gone, and
// keep nobody else waiting.
func TestResets(t *testing.T) {
	var inside, most atomic.Int64
	url := bounded(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for now := inside.Add(1); ; {
			if before := most.Load(); now <= before || most.CompareAndSwap(before, now) {
				break
			}
		}
		defer inside.Add(-1)
		patient().Handler(func(context.Context, []byte) ([]byte, error) { return []byte("{}"), nil }).ServeHTTP(w, r)
	}))
	honest := from("127.0.0.67", true)
	defer honest.CloseIdleConnections()
	ask := func() {
		t.Helper()
		response, err := honest.Post(url, "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if response.Body.Close(); response.StatusCode != http.StatusOK {
			t.Errorf("while others reset an honest review is answered %s", response.Status)
		}
	}
	ask()
	before := runtime.NumGoroutine()
	const connections = 4
	for range connections {
		attacker := newResetter(t, url, "127.0.0.66")
		for n := range 10000 {
			if attacker.reset() != nil {
				break // the server has closed the connection: it had enough
			}
			if n%1000 == 0 {
				ask()
			}
		}
	}
	ask()
	if got := most.Load(); got > connections*maxStreams+1 {
		t.Errorf("%d requests were answered at once, of %d connections with %d each", got, connections, maxStreams)
	}
	await.True(t, "nothing is left of requests that were taken back", func() bool {
		return inside.Load() == 0 && runtime.NumGoroutine() <= before+4*connections
	})
}
