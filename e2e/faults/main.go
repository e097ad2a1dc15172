//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/softstop/softstop/e2e/node/guard"
)

func main() { guard.Main("faults", run) }

// options are the command line.
type options struct {
	node, only, out, journal string
	atLeast                  time.Duration
}

func run(ctx context.Context, args []string) (err error) {
	var o options
	flags := flag.NewFlagSet("faults", flag.ContinueOnError)
	flags.StringVar(&o.node, "node", "faults", "the node's `name`; one that is up is used and left up")
	flags.StringVar(&o.only, "only", "", "regular `expression` on the faults' names; empty means all")
	flags.StringVar(&o.out, "out", "", "write the table to this Markdown `file`")
	flags.StringVar(&o.journal, "journal", "", "write what went wrong with each pod to this `file`")
	flags.DurationVar(&o.atLeast, "for", 20*time.Second, "how `long` a fault strikes; some do twice as long")
	if err := flags.Parse(args); err != nil {
		return err
	}
	only, err := regexp.Compile(o.only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	s, err := setScene(ctx, o.node, os.Stderr)
	if s != nil {
		defer func() { err = errors.Join(err, s.close()) }()
	}
	if err != nil {
		return err
	}
	rows, failed := s.sufferAll(ctx, only, newJournal(o.journal, s.Node.Logs()), o.atLeast)
	nodeRows, failedToo := s.endureAll(ctx, only, o.atLeast)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if o.out != "" {
		if err := os.WriteFile(o.out, []byte(page(s.Node.Kubernetes(), rows, nodeRows)), 0o644); err != nil {
			return err
		}
	}
	if broken := append(judge(rows), judgeNode(nodeRows)...); len(broken) > 0 {
		failed = append(failed, errors.New(strings.Join(broken, "\n")))
	}
	return errors.Join(append(failed, failedToo...)...)
}

// sufferAll lets every fault that is to be tried strike, until ctx ends.
func (s *scene) sufferAll(ctx context.Context, only *regexp.Regexp, story *journal, atLeast time.Duration) (rows []row, failed []error) {
	for _, f := range faults() {
		if ctx.Err() != nil || !only.MatchString(f.name) {
			continue
		}
		r, err := s.suffer(ctx, f, atLeast)
		fmt.Fprintln(os.Stderr, sentence(r))
		rows, failed = append(rows, r), append(failed, err, story.write(r))
	}
	return rows, failed
}

// endureAll does the same with what can happen to the nodes' plugin, which it installs.
func (s *scene) endureAll(ctx context.Context, only *regexp.Regexp, atLeast time.Duration) (rows []nodeRow, failed []error) {
	for _, m := range nodeMisfortunes() {
		if ctx.Err() != nil || !only.MatchString(m.Name) {
			continue
		}
		if len(rows) == 0 {
			if err := s.furnishNode(ctx); err != nil {
				return nil, []error{err}
			}
		}
		r, err := s.endure(ctx, m, atLeast)
		fmt.Fprintln(os.Stderr, nodeSentence(r))
		rows, failed = append(rows, r), append(failed, err)
	}
	return rows, failed
}
