//go:build linux

package podprice

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/bench/ground"
	"github.com/softstop/softstop/e2e/bench/page"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/pace"
	"github.com/softstop/softstop/webhook/inject"
)

// Options say how much to measure.
type Options struct {
	// Starts is how many pods of each kind are started, one at a time, unless Within is over before.
	Starts int
	// Within bounds the time in which starts begin.
	Within time.Duration
	// Copies is how many of each run side by side while their memory is read.
	Copies int
}

// kind is one way for the same pod to run.
type kind struct {
	name, title string
	inject      bool
	// carrier is the annotation's value.
	carrier string
}

const (
	bare   = "bare"
	onNode = "node"
)

func kinds() []kind {
	return []kind{
		{bare, "without softstop", false, ""},
		{"emptydir", "emptyDir carrier (default)", true, "emptyDir"},
		{"image", "image volume", true, "image"},
		{onNode, "node carrier", true, "node"},
	}
}

func (k kind) namespace() string { return "bench-price-" + k.name }

const patience = time.Minute

// bench is one run.
type bench struct {
	*ground.Ground
	trackers map[string]*ground.Tracker
}

// Run measures and returns the section.
func Run(ctx context.Context, g *ground.Ground, o Options) (page.Section, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := bench{g, map[string]*ground.Tracker{}}
	var namespaces []string
	defer func() { g.Clear(namespaces...) }()
	for _, k := range kinds() {
		var labels map[string]string
		if k.inject {
			labels = ground.Enabled()
		}
		if err := g.Namespace(ctx, k.namespace(), labels); err != nil {
			return page.Section{}, err
		}
		namespaces = append(namespaces, k.namespace())
		var err error
		if b.trackers[k.name], err = g.Track(ctx, k.namespace()); err != nil {
			return page.Section{}, err
		}
	}
	r := results{Options: o, starts: figures.Row{}}
	fmt.Fprintf(g.Progress, "%d starts of each kind, one at a time\n", o.Starts)
	deadline := time.Now().Add(o.Within)
	for i := 0; i < o.Starts && time.Now().Before(deadline); i++ {
		for _, k := range kinds() {
			took, err := b.start(ctx, k, fmt.Sprintf("start-%d", i))
			if err != nil {
				return page.Section{}, err
			}
			r.starts.Add(k.name, took.Seconds())
		}
		if err := b.end(ctx, fmt.Sprintf("start-%d", i)); err != nil {
			return page.Section{}, err
		}
	}
	var err error
	if r.memory, err = b.memory(ctx, o.Copies); err != nil {
		return page.Section{}, err
	}
	if r.plugin, err = b.plugin(ctx, len(r.starts[onNode])+o.Copies); err != nil {
		return page.Section{}, err
	}
	if r.sizes, err = imageSizes(ctx, g.Progress); err != nil {
		return page.Section{}, err
	}
	return r.section(), nil
}

// start starts a pod and returns the time until it runs.
func (b bench) start(ctx context.Context, k kind, name string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, pace.Stretch(patience))
	defer cancel()
	if err := b.await(ctx, k); err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := b.create(ctx, k, name); err != nil {
		return 0, err
	}
	life, err := b.trackers[k.name].AwaitRunning(ctx, name)
	return life.Running.Sub(begin), err
}

// await returns when a pod can be of this kind: on a machine that is very busy the nodes' plugin may seem
// to be away for a moment.
func (b bench) await(ctx context.Context, k kind) error {
	if k.name != onNode {
		return nil
	}
	return b.AwaitCarrier(ctx, config.CarrierNode)
}

// end deletes the pod of that name of each kind, and waits until all are gone.
func (b bench) end(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, pace.Stretch(patience))
	defer cancel()
	for _, k := range kinds() {
		if err := b.Client.CoreV1().Pods(k.namespace()).Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
			return fmt.Errorf("delete %s/%s: %w", k.namespace(), name, err)
		}
	}
	for _, k := range kinds() {
		if _, err := b.trackers[k.name].AwaitGone(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// create makes a pod and checks that it is the kind it should be.
func (b bench) create(ctx context.Context, k kind, name string) error {
	noToken := false
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, AutomountServiceAccountToken: &noToken,
			Containers: []corev1.Container{{
				Name: "app", Image: images.App, ImagePullPolicy: corev1.PullNever, Command: []string{"/app", "--cleanup=0s"},
			}},
		},
	}
	if k.carrier != "" {
		pod.Annotations = map[string]string{config.Prefix + string(config.FieldCarrier): k.carrier}
	}
	made, err := b.Client.CoreV1().Pods(k.namespace()).Create(ctx, pod, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("make %s/%s: %w", k.namespace(), name, err)
	}
	if got := kindOf(made); got != k.name {
		return fmt.Errorf("%s/%s should be %s and is %s: %s", k.namespace(), name, k.name, got, made.Annotations[config.StatusKey])
	}
	return nil
}

// kindOf is the kind that an admitted pod is: its carrier, if it has what that brings and nothing else.
func kindOf(pod *corev1.Pod) string {
	got := bare
	for _, v := range pod.Spec.Volumes {
		switch {
		case v.Image != nil:
			got = "image"
		case v.EmptyDir != nil:
			got = "emptydir"
		}
	}
	status, err := inject.ReadStatus(pod.Annotations[config.StatusKey])
	app := pod.Spec.Containers[0]
	untouched := got == bare && len(pod.Spec.InitContainers) == 0 && len(app.VolumeMounts) == 0 && app.Command[0] == "/app"
	if untouched && err == nil && status.Carrier == config.CarrierNode {
		got = onNode
	}
	return got
}
