package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if err := dispatch(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "zoo:", err)
		os.Exit(1)
	}
}

// dispatch tells the program people start from the two that it starts of itself.
func dispatch(args []string) error {
	switch {
	case len(args) > 0 && args[0] == "cell":
		return serveCell()
	case len(args) > 0 && args[0] == "enter":
		return enter(args[1:])
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	return zoo(ctx, args)
}

// zoo is the command line for people.
func zoo(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("zoo", flag.ContinueOnError)
	var o Options
	inits := flags.String("inits", "", "columns, with commas between them; empty means all")
	cases := flags.String("cases", "", "regular expression on the cases' names; empty means all")
	list := flags.Bool("list", false, "list cases and inits, run nothing")
	var to outputs
	flags.StringVar(&to.page, "out", "", "write the table to this Markdown file and the picture beside it")
	flags.StringVar(&to.failures, "failures", "", "write each failing softstop cell with its processes and its log to this file")
	flags.StringVar(&to.record, "record", "", "keep the results in this file, for a later run's -against")
	flags.StringVar(&to.with, "with", "", "take the columns that are not run from this record")
	flags.StringVar(&to.against, "against", "", "fail if a softstop cell is worse, or 0.3 s slower, than in this record")
	flags.StringVar(&o.SmellBaron, "smell-baron", "", "add smell-baron's columns, built with make from this folder of its source")
	truth := flags.String("truth", "", "measure commands as process 1 with no init, and write what they do to this file")
	flags.StringVar(&o.Root, "root", "", "use this Debian root folder instead of preparing one")
	flags.StringVar(&o.Softstop, "softstop", "", "use this softstop-init instead of building it")
	flags.BoolVar(&o.Verbose, "verbose", false, "let softstop-init say what it does")
	flags.IntVar(&o.Parallel, "parallel", 24, "cells at a time; most of them wait")
	flags.IntVar(&o.Repeat, "repeat", 1, "run each cell so many times; one failure counts")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := o.choose(*inits, *cases); err != nil {
		return err
	}
	if *truth != "" {
		o.Cases, o.Inits = TruthCases(), Inits()[:1] // none
	}
	if *list {
		o.print(os.Stdout)
		return nil
	}
	results, err := o.Run(ctx, os.Stderr)
	if err != nil {
		return err
	}
	if *truth != "" {
		return writeTruths(o, results, *truth)
	}
	if to.with != "" {
		recorded, err := readRecord(to.with)
		if err != nil {
			return err
		}
		results = o.join(results, recorded)
	}
	return report(o, results, to)
}

// outputs are the files that a run writes, the record that it is completed with and the
// one that it is held against; empty means none.
type outputs struct{ page, failures, record, with, against string }

// report prints and writes what was found. It is an error if a case never came to its
// stop signal, if softstop shows a fault that is no exception, and if it is worse than
// in the record.
func report(o Options, results []Result, to outputs) error {
	fmt.Print(totalsText(o, results))
	g := newGrid(o, results)
	errs := []error{brokenCase(o, results), g.judge(g.faults(byName(o.Cases)), exceptions())}
	if to.page != "" {
		errs = append(errs, writeTable(o, results, to.page))
	}
	if to.failures != "" {
		errs = append(errs, writeFailures(results, to.failures))
	}
	if to.record != "" {
		errs = append(errs, writeRecord(results, to.record))
	}
	if to.against != "" {
		before, err := readRecord(to.against)
		errs = append(errs, err, against(g, newGrid(o, before)))
	}
	return errors.Join(errs...)
}

// brokenCase is an error if a case never came to its stop signal under softstop, or
// under no init at all. Under a rival alone, that is the rival's.
func brokenCase(o Options, results []Result) error {
	broken := map[string]int{}
	for _, r := range results {
		if r.Broken == "" {
			continue
		}
		if broken[r.Case]++; r.Init == softstop || broken[r.Case] == len(o.Inits)*o.Repeat {
			return fmt.Errorf("%s under %s: %s\n%s", r.Case, r.Init, r.Broken, r.Log)
		}
	}
	return nil
}
