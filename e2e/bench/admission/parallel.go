//go:build linux

package admission

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/e2e/scrape"
)

// atOnce gives each contestant slots of parallel load in turn, and notes its creations per second
// in each, and the processor time of one. Images to look up are left out: what bounds them is how
// often softstop asks a registry.
func (b bench) atOnce(ctx context.Context, r results) error {
	for slot := range b.Slots {
		for i := range b.all {
			c := b.all[(slot+i)%len(b.all)]
			if c.name == lookup {
				continue
			}
			before, err := b.processors(ctx, c)
			if err != nil {
				return err
			}
			made, took, err := b.slot(ctx, c, slot)
			if err != nil {
				return err
			}
			after, err := b.processors(ctx, c)
			if err != nil {
				return err
			}
			r.rate.Add(c.name, made/took.Seconds())
			r.apiserver.Add(c.name, (after.apiserver-before.apiserver)/made*1000)
			r.webhook.Add(c.name, (after.webhook-before.webhook)/made*1000)
		}
	}
	return nil
}

// processors is the processor time that the API server and a contestant's webhook have used, in
// seconds.
type processors struct{ apiserver, webhook float64 }

func (b bench) processors(ctx context.Context, c contestant) (processors, error) {
	var p processors
	m, err := b.APIServerMetrics(ctx)
	if err != nil {
		return p, err
	}
	p.apiserver = m.Sum(scrape.Processor)
	var pod *corev1.Pod
	switch {
	case c.inject:
		pod, err = b.Webhook(ctx)
	case c.name == noop, c.name == repeat, c.name == repeatNode:
		pod, err = b.OnlyPod(ctx, "bench-noop", "app=noop")
	default:
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if m, err = b.Metrics(ctx, pod); err != nil {
		return p, err
	}
	p.webhook = m.Sum(scrape.Processor)
	return p, nil
}

// slot is one slot of one contestant.
func (b bench) slot(ctx context.Context, c contestant, slot int) (made float64, took time.Duration, err error) {
	var count atomic.Int64
	errs := make([]error, b.Clients)
	var clients sync.WaitGroup
	begin := time.Now()
	for client := range b.Clients {
		clients.Go(func() {
			for n := 0; time.Since(begin) < b.Slot && errs[client] == nil; n++ {
				_, errs[client] = b.create(ctx, c, fmt.Sprintf("slot-%d-%d-%d", slot, client, n), n)
				count.Add(1)
			}
		})
	}
	clients.Wait()
	return float64(count.Load()), time.Since(begin), errors.Join(errs...)
}
