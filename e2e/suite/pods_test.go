//go:build e2e && linux

package suite

import (
	"flag"
	"os"
	"testing"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/softstop/softstop/e2e/await"
)

// TestMain lets more tests run side by side than there are cores: each mostly waits for its pod.
// controller-runtime has nothing to say to people here.
func TestMain(m *testing.M) {
	log.SetLogger(logr.Discard())
	flag.Parse()
	if err := flag.Set("test.parallel", "10"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// pods runs every case of the folder pods, side by side.
func (s *suite) pods(t *testing.T) {
	s.serveImages(t)
	s.serveLater(t)
	cases, err := podCases("pods", s.Node)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s.pod(t, c)
		})
	}
}

// pod runs one case.
func (s *suite) pod(t *testing.T, c podCase) {
	concerned, err := c.want.concerns(s.Node.Kubernetes())
	if err != nil {
		t.Fatal(err)
	}
	if !concerned {
		t.Skipf("not about Kubernetes %s", s.Node.Kubernetes())
	}
	labels := map[string]string{"softstop.dev/inject": "enabled"}
	for key, value := range c.want.Namespace {
		labels[key] = value
	}
	r, err := newRunner(s.Stage, s.namespace(t, "pod-"+c.name, labels))
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.run(await.Context(t), c)
	if err != nil {
		t.Fatalf("%v\nlogs: %v", err, f.logs)
	}
	for _, wrong := range c.want.judge(f) {
		t.Error(wrong)
	}
	if end := f.ended(); end != nil {
		t.Logf("stop %.1f s, exit code %d %s", f.took.Seconds(), end.ExitCode, end.Reason)
	}
}
