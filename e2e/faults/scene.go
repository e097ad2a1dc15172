//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"path"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/faults/load"
	"github.com/softstop/softstop/e2e/faults/replica"
	"github.com/softstop/softstop/e2e/pace"
	"github.com/softstop/softstop/initbin"
)

// scene is the node with softstop on it, the registry, and the pods that are created.
type scene struct {
	replica.Set
	registry *imageRegistry
	kinds    []load.Kind
	progress io.Writer
}

// replicas is how many the chart runs by default.
const replicas = 2

// disk is the size of the kubelet's file system: one fault fills it.
const disk = 512 << 20

// The namespaces that pods are created in.
const (
	optedIn    = "faults-in"
	unlabelled = "faults-out"
)

// setScene brings the node up, learns what pods look like without softstop, installs it, and learns
// what they look like with it.
func setScene(ctx context.Context, node string, progress io.Writer) (*scene, error) {
	st, err := stage.Set(ctx, stage.Options{Name: node, Disk: disk, Progress: progress})
	if err != nil {
		return nil, err
	}
	s := &scene{Set: replica.Set{Stage: st}, kinds: kinds(st.Node.Registry()), progress: progress}
	if err := s.furnish(ctx); err != nil {
		return s, err
	}
	if err := s.learnWithout(ctx); err != nil {
		return s, err
	}
	if err := s.install(ctx); err != nil {
		return s, err
	}
	if err := st.AwaitInjection(ctx); err != nil {
		return s, err
	}
	return s, s.learnWith(ctx)
}

// install installs the chart with its default settings; more are further arguments.
func (s *scene) install(ctx context.Context, more ...string) error {
	return s.Install(ctx, append([]string{"--set", "config.registry.insecure={" + s.Node.Registry() + "," + s.nobody() + "}"}, more...)...)
}

// close ends the node, unless it was up before.
func (s *scene) close() error { return s.Stage.Close() }

// nobody is an address on the node where no registry listens.
func (s *scene) nobody() string { return s.Node.Address() + ":1" }

// furnish makes the namespaces and the registry, and gives the node the image that the registry
// has.
func (s *scene) furnish(ctx context.Context) (err error) {
	for name, labels := range map[string]map[string]string{
		optedIn: {"softstop.dev/inject": "enabled"}, unlabelled: nil, stage.Namespace: nil,
	} {
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
		if _, err := s.Client.CoreV1().Namespaces().Create(ctx, ns, metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("make the namespace %s: %w", name, err)
		}
		if err := s.awaitAccount(ctx, name); err != nil {
			return err
		}
	}
	if s.registry, err = startRegistry(ctx, s.Node); err != nil {
		return err
	}
	return s.Node.TagImage(ctx, images.App, runningImage(s.Node.Registry()))
}

// awaitAccount returns when pods can be created in a namespace: without its service account they
// cannot.
func (s *scene) awaitAccount(ctx context.Context, namespace string) error {
	return s.await(ctx, time.Minute, func(ctx context.Context) error {
		_, err := s.Client.CoreV1().ServiceAccounts(namespace).Get(ctx, "default", metav1.GetOptions{})
		return err
	})
}

// learnWithout learns what pods look like where there is no softstop.
func (s *scene) learnWithout(ctx context.Context) error {
	for i := range s.kinds {
		k, result := &s.kinds[i], load.Unmutated
		if k.Stranger {
			result = load.LeftAlone
		}
		if _, err := k.Learn(ctx, s.Client, k.Pod(0), result); err != nil {
			return err
		}
	}
	return nil
}

// learnWith learns what pods look like with softstop, and with a registry that does not answer.
func (s *scene) learnWith(ctx context.Context) error {
	for i := range s.kinds {
		k := &s.kinds[i]
		if k.Stranger {
			continue
		}
		pod, err := k.Learn(ctx, s.Client, k.Pod(0), load.Injected)
		if err != nil {
			return err
		}
		if c := pod.Spec.Containers[0]; len(c.Command) < 3 || path.Base(c.Command[0]) != initbin.Name || c.Command[len(c.Command)-1] != "/app" {
			return fmt.Errorf("a pod of the kind %s is not wrapped: its command is %q", k.Name, c.Command)
		}
		lost := k.Pod(0)
		if lost.Spec.Containers[0].Command != nil {
			continue // nobody is asked about its image
		}
		lost.Spec.Containers[0].Image = s.nobody() + "/app:1"
		if _, err := k.Learn(ctx, s.Client, lost, load.HooksOnly); err != nil {
			return err
		}
	}
	return nil
}

// recovered returns when all replicas are ready and pods of every kind become what they should.
func (s *scene) recovered(ctx context.Context) error {
	return s.await(ctx, 3*time.Minute, func(ctx context.Context) error {
		if err := s.AwaitReady(ctx, replicas); err != nil {
			return err
		}
		for _, k := range s.kinds {
			want := load.Injected
			if k.Stranger {
				want = load.LeftAlone
			}
			if got, err := k.Try(ctx, s.Client, 0); err != nil || got != want {
				return fmt.Errorf("a pod of the kind %s is %s: %w", k.Name, got, err)
			}
		}
		return nil
	})
}

// await repeats do until it succeeds, for so long at most.
func (s *scene) await(ctx context.Context, atMost time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, pace.Stretch(atMost))
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := do(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited for %s, but: %w", atMost, err)
		case <-tick.C:
		}
	}
}
