//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/softstop/softstop/e2e/bench/admission"
	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/bench/ground"
	"github.com/softstop/softstop/e2e/bench/page"
	"github.com/softstop/softstop/e2e/bench/podprice"
	"github.com/softstop/softstop/e2e/bench/rollout"
	"github.com/softstop/softstop/e2e/bench/scale"
	"github.com/softstop/softstop/e2e/bench/stoptime"
)

// options are the flags.
type options struct {
	only, out string
	quick     int
	node      string
}

// part is one part of the bench.
type part struct {
	name string
	run  func(context.Context, *ground.Ground, options) (page.Section, error)
}

// parts in the order in which they run and in which the page has them: scale leaves the most
// behind.
func parts() []part {
	return []part{
		{"rollout", func(ctx context.Context, g *ground.Ground, o options) (page.Section, error) {
			return rollout.Run(ctx, g, rollout.Options{Restarts: max(1, 20/o.quick), Rate: 10, Within: 510 * time.Second})
		}},
		{"stoptime", func(ctx context.Context, g *ground.Ground, o options) (page.Section, error) {
			return stoptime.Run(ctx, g, stoptime.Options{Deletions: max(1, 50/o.quick), Within: 4 * time.Minute})
		}},
		{"podprice", func(ctx context.Context, g *ground.Ground, o options) (page.Section, error) {
			return podprice.Run(ctx, g, podprice.Options{Starts: max(1, 30/o.quick), Copies: max(1, 10/o.quick), Within: 3 * time.Minute})
		}},
		{"admission", func(ctx context.Context, g *ground.Ground, o options) (page.Section, error) {
			return admission.Run(ctx, g, admission.Options{
				Rounds: max(20, 1000/o.quick), Slots: max(1, 4/o.quick), Slot: 2 * time.Second, Clients: 16, Benchmarks: max(1, 5/o.quick),
			})
		}},
		{"scale", func(ctx context.Context, g *ground.Ground, o options) (page.Section, error) {
			return scale.Run(ctx, g, scale.Options{
				Workloads: max(10, 2000/o.quick), Each: 10, Namespaces: max(5, 500/o.quick), Clients: 32, Rest: 10 * time.Second,
			})
		}},
	}
}

func names() []string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

// bench is the command line for people.
func bench(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	var o options
	flags.StringVar(&o.only, "only", "", "run these parts alone: "+strings.Join(names(), ","))
	flags.StringVar(&o.out, "out", "", "write the sections into this Markdown file, and the pictures beside it")
	flags.IntVar(&o.quick, "quick", 1, "measure this many times less, to try the bench itself")
	flags.StringVar(&o.node, "node", "bench", "name of the node")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen := parts()
	if o.only != "" {
		wanted := strings.Split(o.only, ",")
		chosen = slices.DeleteFunc(chosen, func(p part) bool { return !slices.Contains(wanted, p.name) })
		if len(chosen) != len(wanted) {
			return fmt.Errorf("-only %s: the parts are %s", o.only, strings.Join(names(), ", "))
		}
	}
	g, err := ground.Set(ctx, o.node, os.Stderr)
	if err != nil {
		return err
	}
	return errors.Join(runAll(ctx, g, chosen, o), g.Close())
}

// runAll runs the parts one after the other; one that fails does not keep the next from running.
func runAll(ctx context.Context, g *ground.Ground, chosen []part, o options) error {
	var errs []error
	for _, p := range chosen {
		fmt.Fprintln(os.Stderr, "measuring", p.name)
		begin := time.Now()
		s, err := p.run(ctx, g, o)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			fmt.Fprintf(os.Stderr, "measured %s in %s\n", p.name, time.Since(begin).Round(time.Second))
			err = publish(g, s, o)
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", p.name, err)
			fmt.Fprintln(os.Stderr, "bench:", err)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

const head = `# What softstop does, and what it costs

Measured on a real Kubernetes node (one machine for the control plane, the node, the pods and the load), with orders
interleaved: what is compared was measured in turn or at once, so that whatever else the machine does strikes all alike. Figures
are medians unless they say otherwise. ` + "`make bench`" + ` measures all of it again in under 20 minutes and writes this page.

What the init itself costs beside other inits: [init-benchmark.md](init-benchmark.md).
`

// publish prints a section, and writes it into the page.
func publish(g *ground.Ground, s page.Section, o options) error {
	taken := fmt.Sprintf("%s, Kubernetes %s, %s", time.Now().Format("2 January 2006"), g.Node.Kubernetes(), figures.Machine())
	fmt.Println(s.Markdown(taken))
	if o.out == "" {
		return nil
	}
	return page.Write(o.out, head, taken, names(), s)
}
