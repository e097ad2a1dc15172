//go:build linux

package admission

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/softstop/softstop/e2e/bench/figures"
)

// atOnce gives each contestant slots of parallel load in turn, and notes its creations per second in each. Images to look up are left
// out: what bounds them is how often softstop asks a registry.
func (b bench) atOnce(ctx context.Context, rate figures.Row) error {
	for slot := range b.Slots {
		for i := range b.all {
			c := b.all[(slot+i)%len(b.all)]
			if c.name == lookup {
				continue
			}
			perSecond, err := b.slot(ctx, c, slot)
			if err != nil {
				return err
			}
			rate.Add(c.name, perSecond)
		}
	}
	return nil
}

// slot is one slot of one contestant.
func (b bench) slot(ctx context.Context, c contestant, slot int) (perSecond float64, err error) {
	var made atomic.Int64
	errs := make([]error, b.Clients)
	var clients sync.WaitGroup
	begin := time.Now()
	for client := range b.Clients {
		clients.Go(func() {
			for n := 0; time.Since(begin) < b.Slot && errs[client] == nil; n++ {
				_, errs[client] = b.create(ctx, c, fmt.Sprintf("slot-%d-%d-%d", slot, client, n), n)
				made.Add(1)
			}
		})
	}
	clients.Wait()
	return float64(made.Load()) / time.Since(begin).Seconds(), errors.Join(errs...)
}
