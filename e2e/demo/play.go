//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/demo/trial"
	"github.com/softstop/softstop/e2e/pace"
)

// The demo's two namespaces; the second one carries softstop's label.
const (
	without = "demo-without"
	with    = "demo-with-softstop"
)

// play installs softstop, runs every workload in both namespaces and checks what it claims.
func play(ctx context.Context, s *stage.Stage) error {
	ctx, cancel := context.WithTimeout(ctx, pace.Stretch(5*time.Minute))
	defer cancel()
	if err := makeNamespace(ctx, s, without, nil); err != nil {
		return err
	}
	if err := makeNamespace(ctx, s, with, map[string]string{"softstop.dev/inject": "enabled"}); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "installing softstop with Helm")
	// The stranger is a pod that has nothing to do with softstop, before and after softstop is there.
	stranger, err := trial.Stranger(ctx, s, without)
	if err != nil {
		return err
	}
	if err := s.Install(ctx); err != nil {
		return err
	}
	if err := s.AwaitInjection(ctx); err != nil {
		return err
	}
	calls, err := trial.Unconcerned(ctx, s, without, stranger)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "stopping every workload, with and without softstop (about a minute)")
	outcomes, err := trial.RunAll(ctx, s.Client, without, with)
	if err != nil {
		return err
	}
	printTable(os.Stdout, outcomes)
	fmt.Printf("A pod that did not opt in is byte for byte what was sent, and the webhook was not called for it (its counter stayed at %d).\n", calls)
	return judge(outcomes)
}

func judge(outcomes []trial.Outcome) error {
	var wrong []string
	if !pace.Holds(func() bool {
		wrong = nil
		margin := pace.Stretch(trial.Margin(outcomes))
		for _, o := range outcomes {
			wrong = append(wrong, trial.Judge(o, margin)...)
		}
		return len(wrong) == 0
	}) {
		return errors.New("the demo's claims do not hold:\n  " + strings.Join(wrong, "\n  "))
	}
	return nil
}

// makeNamespace makes a namespace, in place of what a kept demo may have left of it.
func makeNamespace(ctx context.Context, s *stage.Stage, name string, labels map[string]string) error {
	if _, err := s.Node.Kubectl(ctx, "delete", "namespace", name, "--ignore-not-found"); err != nil {
		return err
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	if _, err := s.Client.CoreV1().Namespaces().Create(ctx, ns, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("make the namespace %s: %w", name, err)
	}
	return nil
}

// printTable prints one line for each pod.
func printTable(w io.Writer, outcomes []trial.Outcome) {
	const format = "%-17s %-34s %-9s %7s  %-7s  %-46s %5s  %s\n"
	fmt.Fprintf(w, "\n"+format, "WORKLOAD", "LAUNCHED BY", "", "SECONDS", "CLEANUP", "EVIDENCE", "EXIT", "KILLED BY")
	for _, o := range outcomes {
		evidence, seen := o.Evidence()
		fmt.Fprintf(w, format, o.Workload.Name, o.Workload.Style, map[bool]string{false: "without", true: "softstop"}[o.Softstop],
			fmt.Sprintf("%.1f", o.Took.Seconds()), map[bool]string{false: "no", true: "yes"}[seen], shorten(evidence, 46),
			fmt.Sprint(o.ExitCode), o.KilledBy())
	}
	fmt.Fprintln(w, "Workloads that serve drain for 5 s first, so that no request is lost.")
}

// shorten cuts the front of a long line: what matters is at its end.
func shorten(s string, width int) string {
	r := []rune(s)
	if len(r) <= width {
		return s
	}
	return "…" + string(r[len(r)-width+1:])
}

func printNext(w io.Writer, kept bool) {
	if kept {
		_, _ = fmt.Fprint(w, `
The node is still up. Try:
  make node-shell
  kubectl label namespace default softstop.dev/inject=enabled
  kubectl run slow --image=softstop.test/app:dev --image-pull-policy=Never --command -- sh -c '/app; echo bye'
  kubectl get pod slow -o jsonpath='{.metadata.annotations.softstop\.dev/status}'
  time kubectl delete pod slow
and end it with make node-down.
`)
		return
	}
	_, _ = fmt.Fprint(w, `
What next:
  make demo KEEP=1      the same, and leaves the node up to look around with make node-shell
  helm install softstop charts/softstop --namespace softstop-system --create-namespace
                        on a cluster of yours; then label a namespace: softstop.dev/inject=enabled
`)
}
