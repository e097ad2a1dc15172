//go:build linux

package load

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestKinds asks servers that fail in each way.
func TestKinds(t *testing.T) {
	answers := map[Kind]http.HandlerFunc{
		OK: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "whole") },
		Status: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
		},
		Truncated: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		Reset:   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		Timeout: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		Other:   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
	}
	for kind, answer := range answers {
		t.Run(string(kind), func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			expect(t, server.URL, kind)
		})
	}
	t.Run(string(Refused), func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		expect(t, "http://"+l.Addr().String(), Refused)
	})
}

// expect asks url once on a connection of its own.
func expect(t *testing.T, url string, want Kind) {
	t.Helper()
	tally := &Tally{Example: map[Kind]string{}}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 200 * time.Millisecond}
	asker{client: client, url: url, tally: tally, begin: time.Now()}.once()
	if tally.Total(want) != 1 || tally.Asked() != 1 {
		t.Errorf("counted %v, want one %s; %v", tally.Seconds, want, tally.Example)
	}
}

// TestRun asks in both ways until its input ends.
func TestRun(t *testing.T) {
	asked := make(chan string, 1000)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.Header.Get("Connection") }))
	defer server.Close()
	plan, err := json.Marshal(Plan{Targets: []Target{{"one", server.URL}}, Rate: 100, Kept: 2, Patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	hold, release := io.Pipe()
	var out bytes.Buffer
	ended := make(chan error, 1)
	go func() { ended <- Run(io.MultiReader(bytes.NewReader(plan), hold), &out) }()
	const fresh, kept = "close", ""
	ways := map[string]int{}
	for ways[fresh] < 2 || ways[kept] < 1 { // the first fresh one is await's, and not counted
		ways[<-asked]++
	}
	release.Close()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	var tallies []*Tally
	if err := json.NewDecoder(strings.NewReader(out.String())).Decode(&tallies); err != nil {
		t.Fatal(err)
	}
	if len(tallies) != 1 || tallies[0].Total(OK) < 2 || tallies[0].Failed() != 0 {
		t.Errorf("%s", out.String())
	}
}
