package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// every is how often who waits is told something.
const every = 10 * time.Second

// ticker says every ten seconds what state returns, until it is stopped.
type ticker struct {
	begin time.Time
	quit  chan struct{}
	gone  sync.WaitGroup
}

func tick(state func() string) *ticker {
	t := &ticker{begin: time.Now(), quit: make(chan struct{})}
	t.gone.Go(func() {
		beat := time.NewTicker(every)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				fmt.Fprintf(os.Stderr, "  %s: %s\n", t.took(), state())
			case <-t.quit:
				return
			}
		}
	})
	return t
}

func (t *ticker) took() time.Duration { return time.Since(t.begin).Round(time.Second) }

func (t *ticker) stop() {
	close(t.quit)
	t.gone.Wait()
}
