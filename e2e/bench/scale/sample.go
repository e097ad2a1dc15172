//go:build linux

package scale

import (
	"context"
	"fmt"
	"time"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/scrape"
)

// second is what happened in one second of the load.
type second struct {
	// latency are the creations that began in it, in milliseconds, under the empty name.
	latency figures.Row
	// memory is the webhook's at its end, in MiB; 0 if there was no sample.
	memory float64
}

// state is the webhook's at one time.
type state struct {
	// working is its pod's working set, resident its process's memory, both in MiB; heap is what
	// Go's collector last left.
	working, resident, heap float64
	// processor is the time it has used, in seconds, and answered the reviews.
	processor, answered float64
}

const mebibyte = 1 << 20

// at is the second in which t lies. The caller holds the lock.
func (b *bench) at(t time.Time) *second {
	n := int(t.Sub(b.begin) / time.Second)
	for len(b.seconds) <= n {
		b.seconds = append(b.seconds, second{latency: figures.Row{}})
	}
	return &b.seconds[n]
}

// sample reads the webhook's memory once a second until ctx ends.
func (b *bench) sample(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		charge, err := b.Charged(string(b.webhook.UID))
		if err != nil {
			return err
		}
		b.mu.Lock()
		b.at(time.Now()).memory = charge.Working / 1024
		b.mu.Unlock()
	}
}

// atRest leaves the webhook alone for a while and reads its state.
func (b *bench) atRest(ctx context.Context) (state, error) {
	select {
	case <-time.After(b.Rest):
	case <-ctx.Done():
		return state{}, ctx.Err()
	}
	charge, err := b.Charged(string(b.webhook.UID))
	if err != nil {
		return state{}, err
	}
	m, err := b.Metrics(ctx, b.webhook)
	if err != nil {
		return state{}, err
	}
	s := state{
		working: charge.Working / 1024, resident: m.Sum(scrape.Resident) / mebibyte,
		heap: m.Sum("go_memstats_heap_inuse_bytes") / mebibyte, processor: m.Sum(scrape.Processor),
		answered: m.Sum(scrape.Requests),
	}
	if s.processor == 0 || s.resident == 0 {
		return s, fmt.Errorf("the webhook's metrics lack its memory or processor time: %v", m)
	}
	return s, nil
}
