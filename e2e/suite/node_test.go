//go:build e2e && linux

package suite

import (
	"cmp"
	"context"
	"os"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/demo/trial"
	"github.com/softstop/softstop/e2e/node/guard"
	"github.com/softstop/softstop/e2e/pace"
)

// suite is one run on one node.
type suite struct {
	*stage.Stage
	// stranger is what the API server made of a pod before softstop was there.
	stranger []byte
}

// TestNode runs everything on one node, in order: a later test may undo what an earlier one needs.
func TestNode(t *testing.T) {
	s := begin(t)
	t.Run("a pod that nobody opted in is untouched and costs no call", s.untouched)
	t.Run("the demo's workloads", s.demo)
	t.Run("an annotated pod stops well", s.annotated)
	t.Run("a pod opts out of its namespace", s.optedOut)
	t.Run("pods", s.pods)
	t.Run("the node's carrier", s.nodeCarrier)
	t.Run("copies by kubectl debug", s.debugCopies)
	t.Run("a tag is pushed again", s.retagged)
	t.Run("registries that fail", s.lookupFaults)
	t.Run("a pod that uses up its time is killed by the init, not the kubelet", s.deaf)
	t.Run("a stop that somebody else ends", s.lastWords)
	t.Run("webhook and certificate are replaced under load", s.replaced)
	t.Run("the webhook is down", s.webhookDown)
	t.Run("uninstall", s.uninstall)
}

// begin sets the stage and installs softstop.
func begin(t *testing.T) *suite {
	if err := guard.EndWithParent(); err != nil {
		t.Fatal(err)
	}
	st, err := stage.Set(t.Context(), stage.Options{Name: cmp.Or(os.Getenv("SOFTSTOP_NODE"), "e2e"), Progress: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	s := &suite{Stage: st}
	if s.stranger, err = trial.Stranger(t.Context(), st, "default"); err != nil {
		t.Fatal(err)
	}
	s.install(t)
	if err := st.AwaitInjection(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// namespace makes a namespace that is deleted after the test.
func (s *suite) namespace(t *testing.T, name string, labels map[string]string) string {
	t.Helper()
	namespaces := s.Client.CoreV1().Namespaces()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	if _, err := namespaces.Create(t.Context(), ns, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		if err := namespaces.Delete(context.Background(), name, metav1.DeleteOptions{}); err != nil {
			t.Error(err)
		}
	})
	return name
}

// stop runs a workload to its end.
func (s *suite) stop(t *testing.T, namespace string, w trial.Workload) trial.Outcome {
	t.Helper()
	o, err := trial.Run(await.Context(t), s.Client, namespace, w)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: softstop %v, %.1f s, exit code %d, killed by %s", w.Name, o.Softstop, o.Took.Seconds(), o.ExitCode, o.KilledBy())
	return o
}

// workload returns one of the demo's, by name.
func workload(t *testing.T, name string) trial.Workload {
	t.Helper()
	for _, w := range trial.Workloads() {
		if w.Name == name {
			return w
		}
	}
	t.Fatalf("the demo has no workload %q", name)
	return trial.Workload{}
}

// alone is the margin for a single pod: there is no other beside it that shows how busy the machine
// is.
const alone = 5 * time.Second

// judge fails the test by the demo's own claims.
func judge(t *testing.T, o trial.Outcome, margin time.Duration) {
	t.Helper()
	var all []string
	pace.Holds(func() bool { all = trial.Judge(o, pace.Stretch(margin)); return len(all) == 0 })
	for _, wrong := range all {
		t.Errorf("%s\nlog:\n%s", wrong, o.Log)
	}
}

// eventually retries do until it succeeds.
func eventually(t *testing.T, do func(context.Context) error) {
	t.Helper()
	ctx := await.Context(t)
	await.NoError(t, "what was asked for", func() error { return do(ctx) })
}
