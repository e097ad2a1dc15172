//go:build linux

package nodeplugin

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/webhook/inject"
)

// How is how a pod was started.
type How string

// The ways. Failed and Wrong are none that may come of any misfortune.
const (
	// OnNode is with the init, which the node's plugin has put there; Otherwise with one that another
	// carrier brought, as no plugin was ready when the pod was created.
	OnNode    How = "with the init, node carrier"
	Otherwise How = "with the init, another carrier"
	// Without is as the pod's spec says: planned for the node, and no plugin was there.
	Without How = "without the init"
	// Bare is a pod that did not opt in, as it should be.
	Bare How = "bare"
	// Failed did not start, or not in time.
	Failed How = "failed"
	// Wrong ran something else than its own command, or was given what it did not ask for.
	Wrong How = "wrong"
)

// exit is the exit code with which the pods end.
const exit = 7

// Begun is a pod that has been created.
type Begun struct {
	namespace, name string
	bare            bool
	at              time.Duration
}

// Outcome is what became of it.
type Outcome struct {
	How How
	// Took is the time from the request to create it to its program's first word; 0 if it never spoke.
	Took time.Duration
	// Detail says more about one that Failed, or is Wrong.
	Detail string
}

// Begin creates a pod that says what process 1 is, and ends. A bare one does not opt in.
func (s Set) Begin(ctx context.Context, namespace, name string, bare bool) (Begun, error) {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{config.InjectKey: "true", config.Prefix + string(config.FieldCarrier): string(config.CarrierNode)}},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, AutomountServiceAccountToken: new(bool),
			Containers: []corev1.Container{{
				Name: "app", Image: images.App, ImagePullPolicy: corev1.PullNever,
				Command: []string{"sh", "-c", fmt.Sprintf("echo process 1 is $(busybox cat /proc/1/comm) at $(busybox cat /proc/uptime); exit %d", exit)},
			}},
		},
	}
	if bare {
		pod.Annotations = map[string]string{config.InjectKey: "false"}
	}
	now, err := uptime()
	if err != nil {
		return Begun{}, err
	}
	if _, err := s.Client.CoreV1().Pods(namespace).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
		return Begun{}, fmt.Errorf("create %s/%s: %w", namespace, name, err)
	}
	return Begun{namespace, name, bare, now}, nil
}

// Await waits until the pod has ended, or ctx has, and says how it was started.
func (s Set) Await(ctx context.Context, b Begun) Outcome {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	pods, stands := s.Client.CoreV1().Pods(b.namespace), "never seen"
	for {
		pod, err := pods.Get(ctx, b.name, metav1.GetOptions{})
		if err == nil && (pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded) {
			log, err := pods.GetLogs(b.name, &corev1.PodLogOptions{}).DoRaw(ctx)
			if err == nil || pod.Status.ContainerStatuses[0].State.Terminated == nil {
				return b.outcome(pod, string(log))
			}
		} else if err == nil {
			stands = fmt.Sprintf("%s %+v", pod.Status.Phase, pod.Status.ContainerStatuses)
		}
		select {
		case <-ctx.Done():
			return Outcome{How: Failed, Detail: fmt.Sprintf("%s/%s is %s (%v)", b.namespace, b.name, stands, err)}
		case <-tick.C:
		}
	}
}

// firstWord is all that the pods say.
var firstWord = regexp.MustCompile(`^process 1 is (\S+) at (\d+\.\d+) \S+\n$`)

// outcome says what became of a pod that has ended and has said log.
func (b Begun) outcome(pod *corev1.Pod, log string) Outcome {
	o := Outcome{Detail: fmt.Sprintf("%s/%s ended as %+v and said %q", b.namespace, b.name, pod.Status, log)}
	said := firstWord.FindStringSubmatch(log)
	statuses := pod.Status.ContainerStatuses
	if len(statuses) != 1 || statuses[0].State.Terminated == nil || statuses[0].State.Terminated.Reason != "Error" && log == "" {
		o.How = Failed
		return o
	}
	if said == nil || statuses[0].State.Terminated.ExitCode != exit {
		o.How = Wrong
		return o
	}
	if at, err := strconv.ParseFloat(said[2], 64); err == nil {
		o.Took = time.Duration(at*float64(time.Second)) - b.at
	}
	status, err := inject.ReadStatus(pod.Annotations[config.StatusKey])
	switch opted := err == nil && status.Carrier != ""; {
	case b.bare && !opted && said[1] == "sh":
		o.How = Bare
	case b.bare || !opted:
		o.How = Wrong
	case said[1] == "softstop-init" && status.Carrier == config.CarrierNode:
		o.How = OnNode
	case said[1] == "softstop-init":
		o.How = Otherwise
	case said[1] == "sh" && status.Carrier == config.CarrierNode:
		o.How = Without
	default:
		o.How = Wrong
	}
	return o
}

// uptime is the machine's clock as the pods read it.
func uptime() (time.Duration, error) {
	text, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), " ")
	seconds, err := strconv.ParseFloat(first, 64)
	return time.Duration(seconds * float64(time.Second)), err
}
