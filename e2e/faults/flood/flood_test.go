package flood

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/softstop/softstop/e2e/await"
)

// victim is a server that counts what it is given.
type victim struct {
	stalled, resets, connections atomic.Int64
	protocols                    sync.Map
}

// start serves and returns how to reach it.
func (v *victim) start(t *testing.T) Target {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		v.protocols.Store(r.Proto, true)
		if _, err := io.CopyN(io.Discard, r.Body, r.ContentLength-missing); err == nil {
			v.stalled.Add(1)
		} else {
			v.resets.Add(1)
		}
		_, _ = r.Body.Read(make([]byte, 1)) // what never comes
	}))
	server.EnableHTTP2 = true
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			v.connections.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return Target{Dial: new(net.Dialer).DialContext, Address: strings.TrimPrefix(server.URL, "https://")}
}

// TestFlood: each does what it says that it does until it is told to end, and says how often.
func TestFlood(t *testing.T) {
	for name, c := range map[string]struct {
		attack func(context.Context, Target) int64
		seen   func(*victim) bool
	}{
		"bodies": {stall("/", 4, 1<<20), func(v *victim) bool {
			_, one := v.protocols.Load("HTTP/1.1")
			_, two := v.protocols.Load("HTTP/2.0")
			return one && two && v.stalled.Load() >= 8
		}},
		"connections": {func(ctx context.Context, t Target) int64 { return keep(ctx, t, 50) }, func(v *victim) bool { return v.connections.Load() >= 50 }},
		"resets":      {Resets("/"), func(v *victim) bool { return v.resets.Load() > 1000 }},
	} {
		t.Run(name, func(t *testing.T) {
			v := &victim{}
			target := v.start(t)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan int64, 1)
			go func() { done <- c.attack(ctx, target) }()
			await.True(t, "the server sees it", func() bool { return c.seen(v) })
			cancel()
			if n := await.Next(t, "its end", done); n == 0 {
				t.Error("it says that it did nothing")
			}
		})
	}
}
