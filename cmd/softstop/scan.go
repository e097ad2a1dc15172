package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/cmd/softstop/report"
	"github.com/softstop/softstop/cmd/softstop/survey"
	"github.com/softstop/softstop/cmd/softstop/terminal"
	"github.com/softstop/softstop/config"
)

// scanFlags are the flags of scan.
type scanFlags struct {
	connection
	all      bool
	selector string
	config   string
	output   format
}

func scanCommand() *cobra.Command {
	var flags scanFlags
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Say what became of a cluster's running workloads",
		Long: `Say of each workload that runs in a cluster whether it is injected, was missed and why,
or was left alone, and whether it will stop well. It only reads. The configuration is that
of the softstop that runs there, unless --config names a file.

The exit code is 1 if a workload was missed or will not stop well, 2 if the cluster cannot
be read.`,
		Example: "  softstop scan -A\n  softstop scan -n shop -l app=web -o json",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return scan(cmd, &flags) },
	}
	flags.flags(cmd)
	cmd.Flags().BoolVarP(&flags.all, "all-namespaces", "A", false, "look at all namespaces")
	cmd.Flags().StringVarP(&flags.selector, "selector", "l", "", "only pods with these `labels`, such as app=web,tier!=db")
	cmd.Flags().StringVar(&flags.config, "config", "", "the configuration `file`, instead of the cluster's own")
	flags.output.flag(cmd, "text, json or yaml", "text", "json", "yaml")
	return cmd
}

func scan(cmd *cobra.Command, flags *scanFlags) error {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
	defer stop()
	if _, err := labels.Parse(flags.selector); err != nil {
		return fmt.Errorf("--selector %q: must be labels such as app=web,tier!=db: %w", flags.selector, err)
	}
	if err := checkNamespace(flags.overrides.Context.Namespace); err != nil {
		return err
	}
	cluster, namespace, err := flags.open()
	if err != nil {
		return err
	}
	if flags.all {
		namespace = ""
	}
	install, err := installed(ctx, cmd, cluster, flags.config)
	if err != nil {
		return err
	}
	progress, done := survey.Progress(func(string, int) {}), func() {}
	if terminal.Is(cmd.ErrOrStderr()) {
		progress, done = progressOn(cmd.ErrOrStderr())
	}
	workloads, err := survey.Read(ctx, cluster, survey.Scope{Namespace: namespace, Labels: flags.selector}, install, progress)
	done()
	if err != nil {
		return err
	}
	if flags.output.value == "text" {
		err = printWorkloads(cmd.OutOrStdout(), workloads)
	} else {
		found := map[string]any{"workloads": workloads}
		if !install.Hidden {
			found["installed"] = !install.Since.IsZero()
		}
		err = report.Object(cmd.OutOrStdout(), flags.output.value, found)
	}
	if err == nil && slices.ContainsFunc(workloads, func(w survey.Workload) bool { return w.Bad() }) {
		return errFound
	}
	return err
}

// installed finds the cluster's softstop. Who may not read it still learns about the
// pods; what is guessed is said.
func installed(ctx context.Context, cmd *cobra.Command, cluster survey.Cluster, file string) (survey.Install, error) {
	install, err := survey.FindInstall(ctx, cluster.Typed)
	var unanswered *url.Error
	switch {
	case errors.Is(err, context.Canceled), errors.As(err, &unanswered):
		return install, err
	case err != nil:
		fmt.Fprintf(cmd.ErrOrStderr(), "softstop: %v\nsoftstop: going on with built-in values; --config FILE says what holds\n", err)
	case install.Since.IsZero():
		fmt.Fprintln(cmd.ErrOrStderr(), "softstop: softstop is not installed in this cluster")
	}
	if file == "" {
		return install, nil
	}
	install.Config, err = config.Load(file)
	return install, err
}

// every is after how many objects the progress is shown anew.
const every = 200

// progressOn returns what shows on w, a terminal, how many objects of a kind were read,
// and what takes it away again.
func progressOn(w io.Writer) (progress survey.Progress, done func()) {
	shown := false
	return func(kind string, n int) {
			if n%every == 0 {
				shown = true
				fmt.Fprintf(w, "\r\x1b[K%d %s…", n, kind)
			}
		}, func() {
			if shown {
				fmt.Fprintf(w, "\r\x1b[K")
			}
		}
}

// in says which container something is about, if it is about one.
func in(container string) string {
	if container == "" {
		return ""
	}
	return "container " + container + ": "
}

func printWorkloads(w io.Writer, workloads []survey.Workload) error {
	paint := terminal.Painter(w)
	colours := map[survey.State]terminal.Colour{survey.Missed: terminal.Alert, survey.Injected: terminal.Good, survey.Left: terminal.Faint}
	counts := map[survey.State]int{}
	unwell := 0
	for i := range workloads {
		load := &workloads[i]
		counts[load.State]++
		pods := report.Count(load.Pods, "pod")
		if load.InState < load.Pods {
			pods = fmt.Sprintf("%d of %s", load.InState, pods)
		}
		line := fmt.Sprintf("%s  %s %s/%s, %s", paint(colours[load.State], fmt.Sprintf("%-8s", load.State)), load.Kind, load.Namespace, load.Name, pods)
		fmt.Fprintln(w, strings.TrimSuffix(line+": "+load.Why, ": "))
		for _, f := range load.Findings {
			if f.Level == finding.Warning {
				fix := cmp.Or(map[bool]string{true: "softstop fixes it"}[f.Fixed], f.Fix)
				fmt.Fprintf(w, "          %s: %s%s; %s\n", paint(terminal.Mind, string(f.ID)), in(f.Container), f.What, fix)
			}
		}
		if load.Unwell() {
			unwell++
		}
	}
	_, err := fmt.Fprintf(w, "%s: %d injected, %d missed, %d left; %d will not stop well\n",
		report.Count(len(workloads), "workload"), counts[survey.Injected], counts[survey.Missed], counts[survey.Left], unwell)
	return err
}
