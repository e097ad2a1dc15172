package serving

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"
)

// TestPolite: an answer that begins after the stop is whole, and the client's next
// request comes over another connection; before, the connection is kept.
func TestPolite(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		t.Run(map[bool]string{false: "HTTP/1.1", true: "HTTP/2"}[http2], func(t *testing.T) {
			stop, cancel := context.WithCancel(t.Context())
			defer cancel()
			server := httptest.NewUnstartedServer(Polite(stop, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/stop" {
					cancel()
				}
				_, _ = io.WriteString(w, "answer")
			})))
			server.EnableHTTP2 = http2
			server.StartTLS()
			defer server.Close()
			reused := func(path string) (was bool) {
				t.Helper()
				ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { was = i.Reused }})
				request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+path, strings.NewReader("question"))
				if err != nil {
					t.Fatal(err)
				}
				response, err := server.Client().Do(request)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				if body, err := io.ReadAll(response.Body); err != nil || string(body) != "answer" || (response.ProtoMajor == 2) != http2 {
					t.Fatalf("%s %q: %v", response.Proto, body, err)
				}
				return was
			}
			reused("/")
			if !reused("/") {
				t.Error("the connection is not kept while there is no reason")
			}
			if !reused("/stop") {
				t.Error("the request of the stop found no connection")
			}
			if reused("/") {
				t.Error("the connection is kept after the stop")
			}
		})
	}
}

// TestInTime: a review ends when three quarters of its time are over.
func TestInTime(t *testing.T) {
	var end time.Time
	h := InTime(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		end, _ = r.Context().Deadline()
	}))
	for query, want := range map[string]time.Duration{"?timeout=4s": 3 * time.Second, "": 0, "?timeout=x": 0, "?timeout=-1s": 0} {
		before := time.Now()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/mutate"+query, nil))
		after := time.Now()
		if want == 0 && !end.IsZero() || want != 0 && (end.Before(before.Add(want)) || end.After(after.Add(want))) {
			t.Errorf("%q, asked between %s and %s, must end %s later and ends at %s", query, before, after, want, end)
		}
	}
}
