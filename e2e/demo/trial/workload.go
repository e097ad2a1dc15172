//go:build linux

package trial

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/softstop/softstop/e2e/demo/images"
)

// Workload is one line of the demo.
type Workload struct {
	// Name is the pod's, and what the table shows; Style is how the application is launched.
	Name, Style string
	Image       string
	Command     []string
	// Ready is what the log says when the application is up, and how often.
	Ready      string
	ReadyTimes int
	// Evidence is what it says at the end of its cleanup, and how often.
	Evidence string
	Times    int
	// Contrary is what it says where the evidence is missing, if it says anything.
	Contrary string
	// Cleanup is how long the application's own cleanup takes.
	Cleanup time.Duration
	// Serves says that it has a port, so that softstop drains first.
	Serves bool
	// Shape, if given, changes the pod before it is sent.
	Shape func(*corev1.Pod)
	// Hangs says that without softstop the pod uses up its whole grace period and is killed.
	Hangs bool
}

// Drain is softstop's built-in drain for pods that serve.
const Drain = 5 * time.Second

// Workloads are the demo's lines: the launch styles that people have in their images.
func Workloads() []Workload {
	app := func(w Workload) Workload {
		w.Image, w.Ready, w.Evidence = images.App, ": ready", ": clean shutdown"
		if w.ReadyTimes == 0 {
			w.ReadyTimes, w.Times = 1, 1
		}
		return w
	}
	return []Workload{
		{
			Name: "redis", Style: `sh -c "redis-server …; …"`, Image: images.Redis,
			Command: sh(`redis-server --dir /data --save "900 1"; echo "redis ended with $?"`),
			Ready:   "Ready to accept connections", ReadyTimes: 1, Evidence: "DB saved on disk", Times: 1, Hangs: true,
		},
		app(Workload{
			Name: "script-in-script", Style: "script runs script runs app",
			Command: []string{"/scripts/outer.sh"},
			Cleanup: 2 * time.Second, Hangs: true,
		}),
		app(Workload{
			Name: "start-sh", Style: "nohup crond &, app &, app &, app",
			Command:    []string{"/scripts/start.sh"},
			ReadyTimes: 3, Times: 3, Cleanup: 5 * time.Second, Hangs: true,
		}),
		app(Workload{
			Name: "go-exec", Style: "exec form, serves", Command: []string{"/app", "--cleanup=2s", "--serve=:8080"},
			Cleanup: 2 * time.Second, Serves: true,
		}),
		app(Workload{
			Name: "go-shell", Style: `sh -c "app; …", serves`, Command: sh(`/app --cleanup 2s --serve :8080; echo "app ended with $?"`),
			Cleanup: 2 * time.Second, Serves: true, Hangs: true,
		}),
		app(Workload{
			Name: "go-script", Style: "script without exec", Command: []string{"/scripts/plain.sh"},
			Cleanup: 2 * time.Second, Hangs: true,
		}),
		{
			Name: "zombie-maker", Style: "exec form", Image: images.App, Command: []string{"/app", "--zombies=20", "--cleanup=1s"},
			Ready: ": ready", ReadyTimes: 1, Evidence: ": 0 zombies", Contrary: " zombies", Times: 1, Cleanup: time.Second,
		},
	}
}

func sh(line string) []string { return []string{"sh", "-c", line} }

// Pod is the pod that somebody would write for it: nothing in it is for softstop.
func (w Workload) Pod() *corev1.Pod {
	noToken := false
	c := corev1.Container{
		Name: "app", Image: w.Image, ImagePullPolicy: corev1.PullNever, Command: w.Command,
	}
	if w.Serves {
		c.Ports = []corev1.ContainerPort{{ContainerPort: 8080}}
		c.ReadinessProbe = &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(8080)}},
			PeriodSeconds: 1,
		}
	}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: w.Name, Labels: map[string]string{"app": w.Name}},
		Spec: corev1.PodSpec{
			Containers: []corev1.Container{c}, RestartPolicy: corev1.RestartPolicyNever, AutomountServiceAccountToken: &noToken,
		},
	}
	if w.Shape != nil {
		w.Shape(pod)
	}
	return pod
}
