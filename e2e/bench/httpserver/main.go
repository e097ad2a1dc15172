//go:build linux

// The rolling update's server: an ordinary Go HTTP server that ends as the books say. At SIGTERM or
// SIGINT it closes its listener, lets requests in flight end, and exits with 0.
//
// Its answer comes in two halves a moment apart, so that a server that is killed, or leaves without
// waiting, cuts answers short.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const (
	address = ":8080"
	// half of the answer, in bytes, and the pause before the other half.
	half  = 8 << 10
	pause = 25 * time.Millisecond
)

func main() {
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	server := &http.Server{Addr: address, Handler: http.HandlerFunc(answer), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.ListenAndServe() }()
	select {
	case err := <-ended:
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	case <-stop.Done():
	}
	patience, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	if err := server.Shutdown(patience); err != nil && !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(os.Stderr, "shut down:", err)
		os.Exit(1)
	}
}

func answer(w http.ResponseWriter, r *http.Request) {
	text := bytes.Repeat([]byte("softstop\n"), half/9+1)[:half]
	w.Header().Set("Content-Length", strconv.Itoa(2*half))
	if _, err := w.Write(text); err != nil {
		return // the client has gone
	}
	if err := http.NewResponseController(w).Flush(); err != nil {
		return
	}
	select {
	case <-time.After(pause):
		_, _ = w.Write(text)
	case <-r.Context().Done():
	}
}
