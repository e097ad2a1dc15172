//go:build linux

package trial

import (
	"context"
	"errors"
	"sync"

	"k8s.io/client-go/kubernetes"
)

// RunAll runs every workload in both namespaces at once and returns the outcomes in the workloads'
// order, each workload's two side by side. The first stop begins when the last pod is up: starting
// pods is work for the machine, and stops are what is measured.
func RunAll(ctx context.Context, client kubernetes.Interface, without, with string) ([]Outcome, error) {
	workloads := Workloads()
	trials := make([]*Trial, 2*len(workloads))
	err := each(len(trials), func(i int) (err error) {
		trials[i], err = Start(ctx, client, []string{without, with}[i%2], workloads[i/2])
		return err
	})
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(trials))
	err = each(len(trials), func(i int) (err error) {
		outcomes[i], err = trials[i].Stop(ctx)
		return err
	})
	return outcomes, err
}

// each calls do for 0 to n-1 at once and joins the errors.
func each(n int, do func(int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = do(i) })
	}
	all.Wait()
	return errors.Join(errs...)
}
