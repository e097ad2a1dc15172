//go:build linux

package rollout

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/softstop/softstop/e2e/bench/ground"
	"github.com/softstop/softstop/e2e/bench/load"
	"github.com/softstop/softstop/e2e/bench/page"
)

// Options say how much to measure.
type Options struct {
	// Restarts is how often each deployment is restarted, unless Within is over before.
	Restarts int
	// Within bounds the time in which restarts begin.
	Within time.Duration
	// Rate is the requests per second to each deployment, on new and on kept connections each.
	Rate int
}

// kept is the number of kept connections to each Service.
const kept = 8

// LoadCommand is the argument with which the bench runs package load in the node's network.
const LoadCommand = "load"

// Run measures and returns the section.
func Run(ctx context.Context, g *ground.Ground, o Options) (page.Section, error) {
	var namespaces []string
	defer func() { g.Clear(namespaces...) }()
	for _, c := range configurations() {
		var labels map[string]string
		if c.inject {
			labels = ground.Enabled()
		}
		name := cell{configuration: c}.namespace()
		if err := g.Namespace(ctx, name, labels); err != nil {
			return page.Section{}, err
		}
		namespaces = append(namespaces, name)
	}
	var cells []cell
	for _, s := range servers() {
		for _, c := range configurations() {
			cells = append(cells, cell{s, c})
		}
	}
	r := results{Options: o, tallies: map[string]*load.Tally{}, restarts: map[string]int{}}
	if err := r.measure(ctx, g, cells); err != nil {
		return page.Section{}, err
	}
	return r.section(), nil
}

// measure restarts all cells at once, under load.
func (r *results) measure(ctx context.Context, g *ground.Ground, cells []cell) error {
	plan := load.Plan{Rate: r.Rate, Kept: kept, Patience: 10 * time.Second}
	for _, c := range cells {
		url, err := deploy(ctx, g, c)
		if err != nil {
			return err
		}
		plan.Targets = append(plan.Targets, load.Target{Name: c.name(), URL: url})
	}
	if err := each(cells, func(c cell) error { return complete(ctx, g, c) }); err != nil {
		return err
	}
	loading, err := g.Begin(ctx, LoadCommand, plan)
	if err != nil {
		return err
	}
	deadline := time.Now().Add(r.Within)
	err = each(cells, func(c cell) error {
		restarts, err := restart(ctx, g, c, r.Restarts, deadline)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.restarts[c.name()] = restarts
		return err
	})
	if err == nil {
		// A pod that hangs until it is killed takes its connections along half a minute later: that
		// counts.
		err = each(cells, func(c cell) error { return quiet(ctx, g, c) })
	}
	var tallies []*load.Tally
	if err := errors.Join(err, loading.End(&tallies)); err != nil {
		return err
	}
	for _, t := range tallies {
		r.tallies[t.Name] = t
	}
	return nil
}

// each calls do for all cells at once and joins the errors.
func each(cells []cell, do func(cell) error) error {
	errs := make([]error, len(cells))
	var all sync.WaitGroup
	for i, c := range cells {
		all.Go(func() { errs[i] = do(c) })
	}
	all.Wait()
	return errors.Join(errs...)
}
