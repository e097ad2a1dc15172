//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/faults/replica"
	"github.com/softstop/softstop/e2e/node/guard"
)

func main() { guard.Main("soak", run) }

func run(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	length := flags.Duration("for", 10*time.Minute, "how `long`")
	senders := flags.Int("senders", 4, "how many send through the API server, and to each replica")
	out := flags.String("out", "", "write the table to this Markdown `file`, and the picture beside it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	st, err := stage.Set(ctx, stage.Options{Name: "soak", Progress: os.Stderr})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	s := replica.Set{Stage: st}
	if err := furnish(ctx, st); err != nil {
		return err
	}
	r, err := soak(ctx, s, *length, *senders)
	if err != nil {
		return err
	}
	fmt.Fprint(os.Stderr, r.table())
	if *out != "" {
		if err := os.WriteFile(*out, []byte(r.page()), 0o644); err != nil {
			return err
		}
		if err := os.WriteFile(strings.TrimSuffix(*out, ".md")+".svg", []byte(r.picture()), 0o644); err != nil {
			return err
		}
	}
	return r.broken()
}

// furnish installs softstop with a quick rotation, and makes the namespace.
func furnish(ctx context.Context, st *stage.Stage) error {
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: optedIn, Labels: map[string]string{"softstop.dev/inject": "enabled"}}}
	if _, err := st.Client.CoreV1().Namespaces().Create(ctx, ns, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("make the namespace %s: %w", optedIn, err)
	}
	if err := st.Install(ctx, "--set", "certificates.own.rotation=20s"); err != nil {
		return err
	}
	return st.AwaitInjection(ctx)
}

// soak sends and samples for so long.
func soak(ctx context.Context, s replica.Set, length time.Duration, senders int) (*report, error) {
	pods, err := s.Ready(ctx)
	if err != nil {
		return nil, err
	}
	r := &report{kubernetes: s.Node.Kubernetes(), length: length, step: max(length/200, 500*time.Millisecond), samples: map[string][]sample{}}
	running, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	sent := make(chan error, 1)
	go func() { sent <- send(running, s, senders, &r.counts) }()
	begin, tick := time.Now(), time.NewTicker(r.step)
	defer tick.Stop()
	for running.Err() == nil {
		for _, pod := range pods {
			// One that is too busy to be asked is asked again the next time.
			if m, err := s.Metrics(running, pod); err == nil {
				r.samples[pod.Name] = append(r.samples[pod.Name], sample{time.Since(begin), m.Sums()})
			}
		}
		select {
		case <-running.Done():
		case <-tick.C:
		}
	}
	return r, errors.Join(<-sent, ctx.Err())
}
