//go:build linux

package parts

import (
	"bytes"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// watch tells people that something long is going on: a line at the start, one every ten seconds, one at the end.
type watch struct {
	to       io.Writer
	what     string
	begin    time.Time
	packages atomic.Int64
	quit     chan struct{}
	gone     chan struct{}
}

func startWatch(to io.Writer, what string) *watch {
	w := &watch{to: to, what: what, begin: time.Now(), quit: make(chan struct{}), gone: make(chan struct{})}
	fmt.Fprintln(to, what)
	go w.run()
	return w
}

// Write counts the packages that go build -v names, one a line.
func (w *watch) Write(b []byte) (int, error) {
	w.packages.Add(int64(bytes.Count(b, []byte("\n"))))
	return len(b), nil
}

func (w *watch) run() {
	defer close(w.gone)
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			w.say("still building")
		case <-w.quit:
			return
		}
	}
}

func (w *watch) stop(how string) {
	close(w.quit)
	<-w.gone
	w.say(how)
}

func (w *watch) say(how string) {
	fmt.Fprintf(w.to, "  %s: %s, %d packages compiled\n", how, time.Since(w.begin).Round(time.Second), w.packages.Load())
}
