//go:build e2e && linux

package suite

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
)

// underLoad calls do while pods are created, and fails the test unless every single one is
// injected: the webhook is not required, so that a call that failed shows as a pod that was not.
// more returns after some more creations.
func (s *suite) underLoad(t *testing.T, name string, do func(t *testing.T, more func())) {
	ns := s.namespace(t, name, map[string]string{"softstop.dev/inject": "enabled"})
	ctx, stop := context.WithCancel(t.Context())
	var creators sync.WaitGroup
	results := make(chan string)
	for range 4 {
		creators.Go(func() {
			for ctx.Err() == nil {
				results <- s.tryCreating(t.Context(), ns)
			}
		})
	}
	var created, failed atomic.Int64
	counted := make(chan struct{})
	go func() {
		defer close(counted)
		for wrong := range results {
			created.Add(1)
			if wrong != "" {
				failed.Add(1)
				t.Error(wrong)
			}
		}
	}()
	do(t, func() {
		enough := created.Load() + 100
		eventually(t, func(context.Context) error {
			if n := created.Load(); n < enough {
				return fmt.Errorf("%d pods created, want %d", n, enough)
			}
			return nil
		})
	})
	stop()
	creators.Wait()
	close(results)
	<-counted
	t.Logf("%d pods created meanwhile, %d of them not injected", created.Load(), failed.Load())
	if failed.Load() > 0 {
		s.logFailedCalls(t)
	}
}

// logFailedCalls shows why the API server did without the webhook.
func (s *suite) logFailedCalls(t *testing.T) {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(s.Node.Logs(), "kube-apiserver.log"))
	if err != nil {
		t.Error(err)
	}
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, "softstop.dev") {
			t.Log(strings.TrimSpace(line))
		}
	}
}

// tryCreating creates a pod as a dry run and says what was wrong.
func (s *suite) tryCreating(ctx context.Context, namespace string) string {
	pod, err := s.Client.CoreV1().Pods(namespace).Create(ctx, asked(namespace, "pod", images.App, "/app"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if err != nil {
		return err.Error()
	}
	if !injected(pod) {
		return "a pod was not injected"
	}
	return ""
}

// replaced is hard pods 85 and 86: the webhook's pods are replaced, and then their certificates,
// while pods are created.
func (s *suite) replaced(t *testing.T) {
	s.underLoad(t, "replaced", func(t *testing.T, more func()) {
		more()
		before := s.served(t)
		s.install(t, "--set", "certificates.own.rotation=20s")
		rolled := s.served(t)
		for pod := range rolled {
			if _, old := before[pod]; old || len(rolled) != 2 {
				t.Fatalf("the webhook pods are %v, they were %v", keys(rolled), keys(before))
			}
		}
		more()
		eventually(t, func(context.Context) error {
			for pod, leaf := range s.served(t) {
				if rolled[pod] == leaf {
					return errors.New(pod + " still serves the old certificate")
				}
			}
			return nil
		})
		more()
		s.install(t)
		more()
	})
}

// install installs softstop again, and waits until the pods that it replaces are gone: they go on
// answering for a while.
func (s *suite) install(t *testing.T, more ...string) {
	t.Helper()
	if err := s.Install(t.Context(), append([]string{"--set", s.insecure()}, more...)...); err != nil {
		t.Fatal(err)
	}
	eventually(t, func(ctx context.Context) error {
		pods, err := s.webhookPods(ctx)
		if err == nil && len(pods) != 2 {
			err = fmt.Errorf("%d webhook pods, want 2", len(pods))
		}
		return err
	})
}

func keys(of map[string]string) []string { return slices.Sorted(maps.Keys(of)) }

func (s *suite) webhookPods(ctx context.Context) ([]corev1.Pod, error) {
	pods, err := s.Client.CoreV1().Pods(stage.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/component=webhook"})
	if err != nil {
		return nil, err
	}
	return pods.Items, nil
}

// served is the certificate that each webhook pod serves, by the pod's name.
func (s *suite) served(t *testing.T) map[string]string {
	t.Helper()
	pods, err := s.webhookPods(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leaves := map[string]string{}
	for _, pod := range pods {
		conn, err := s.Node.Dial(t.Context(), "tcp", net.JoinHostPort(pod.Status.PodIP, "9443"))
		if err != nil {
			t.Fatal(err)
		}
		// Looked at, not trusted.
		secured := tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
		if err := secured.HandshakeContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		leaves[pod.Name] = string(secured.ConnectionState().PeerCertificates[0].Raw)
		_ = secured.Close()
	}
	return leaves
}
