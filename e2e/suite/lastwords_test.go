//go:build e2e && linux

package suite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"golang.org/x/sys/unix"

	"github.com/softstop/softstop/e2e/demo/images"
)

// cutShort is a stop that somebody else ends, and what kubectl describe pod then shows.
type cutShort struct {
	name string
	// command is the application's; nil for one that does not stop.
	command []string
	// memory is its limit; "" for none.
	memory string
	// log is what its log must say before it is stopped.
	log string
	// drains says that the init holds the signal back, for ten seconds.
	drains bool
	// grace is what kubectl delete is told; "" for nothing.
	grace string
	// kill is what the report must say before PID 1 is killed from the node; "" leaves that to the
	// kubelet.
	kill string
	// message is a pattern of the container's termination message, whole.
	message string
	// ends is a pattern of what else is said of its end.
	ends string
}

// lastWords holds that whoever ends a container, and when: its message says in which phase of its
// stop that was, and who was still there.
func (s *suite) lastWords(t *testing.T) {
	ns := s.namespace(t, "last-words", map[string]string{"softstop.dev/inject": "enabled"})
	const since = `"since":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","signal":"SIGTERM"`
	const drain = `{"phase":"drain",` + since + `,"drain":0,"seconds":0,"told":\[\]}`
	const app = `{"pid":\d+,"command":"/app"`
	for _, c := range []cutShort{
		{name: "short-grace", drains: true, grace: "3", message: drain},
		{name: "killed-in-its-drain", drains: true, kill: `"phase":"drain"`, message: drain},
		{name: "killed-in-its-stop", kill: `"told":[{"pid":`, message: `{"phase":"stop",` + since + `,"stop":[0-9.]+,"seconds":[0-9.]+,"left":\[` + app + `,"state":"[SR]"}\],"told":\[` + app + `}\]}`},
		{name: "killed-at-its-timeout", message: `{"phase":"done",` + since + `,"stop":[0-9.]+,"seconds":[0-9.]+,"exitCode":137,"killed":\[` + app + `,"state":"[SR]","waits":"[^"]+"[^}]*}\],"told":\[` + app + `,"seconds":[0-9.]+}\]}`}, // it ended of the signal that asked for its stacks
		{
			name: "killed-worker", command: []string{"sh", "-c", "(busybox tail /dev/zero & ) && exec /app"}, memory: "64Mi",
			log:     "softstop-init: the kernel killed 1 of the container's processes for want of memory (OOM), the last pid ",
			message: `{"phase":"done",` + since + `,"stop":[0-9.]+,"seconds":[0-9.]+,"exitCode":0,"oomKilled":1,"told":\[` + app + `,"seconds":[0-9.]+}\]}`,
			ends:    `Exit Code:\s+0$`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s.cutShort(t, ns, c)
		})
	}
}

func (s *suite) cutShort(t *testing.T, ns string, c cutShort) {
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil && c.memory != "" {
		t.Skip("with cgroup version 2 the kubelet has the kernel kill the whole container")
	}
	pods := s.Client.CoreV1().Pods(ns)
	if c.command == nil {
		c.command = []string{"/app", "--deaf"}
	}
	pod := asked(ns, c.name, images.App, c.command...)
	if c.memory != "" {
		pod.Spec.Containers[0].Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse(c.memory)}
	}
	pod.Finalizers = []string{"softstop.test/last-words"} // it stays until it has been looked at
	pod.Annotations = map[string]string{"softstop.dev/stop-timeout": "5s", "softstop.dev/drain": "0s"}
	if c.drains {
		pod.Annotations["softstop.dev/drain"] = "10s"
		pod.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}}
	}
	pod, err := pods.Create(t.Context(), pod, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		patch := []byte(`{"metadata":{"finalizers":null}}`)
		if _, err := pods.Patch(context.Background(), c.name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
			t.Error(err)
		}
	})
	eventually(t, func(ctx context.Context) error {
		log, err := s.Node.Kubectl(ctx, "logs", "--namespace", ns, c.name)
		if err == nil && (!strings.Contains(log, ": ready") || !strings.Contains(log, c.log)) {
			err = fmt.Errorf("%s is not ready: %s", c.name, log)
		}
		return err
	})
	args := []string{"delete", "pod", c.name, "--namespace", ns, "--wait=false"}
	if c.grace != "" {
		args = append(args, "--grace-period="+c.grace)
	}
	if _, err := s.Node.Kubectl(t.Context(), args...); err != nil {
		t.Fatal(err)
	}
	if c.kill != "" {
		killInit(t, pod.UID, c.kill)
	}
	message, ends := regexp.MustCompile(`(?m)^\s+Message:\s+`+c.message+`$`), regexp.MustCompile(`(?m)`+c.ends)
	eventually(t, func(ctx context.Context) error {
		description, err := s.Node.Kubectl(ctx, "describe", "pod", c.name, "--namespace", ns)
		if err == nil && !message.MatchString(description) {
			err = fmt.Errorf("no message like %s:\n%s", c.message, description)
		}
		if err == nil && !ends.MatchString(description) {
			err = fmt.Errorf("nothing like %s:\n%s", c.ends, description)
		}
		return err
	})
}

// killInit kills process 1 of a pod's container, once the report in it has text.
func killInit(t *testing.T, pod types.UID, text string) {
	t.Helper()
	eventually(t, func(context.Context) error {
		all, err := filepath.Glob("/proc/[0-9]*/cgroup")
		if err != nil {
			return err
		}
		for _, file := range all {
			folder := filepath.Dir(file)
			groups, _ := os.ReadFile(file) // it may be gone
			words, _ := os.ReadFile(folder + "/cmdline")
			if !strings.Contains(string(groups), string(pod)) || !strings.HasPrefix(string(words), "/softstop/softstop-init\x00") {
				continue
			}
			report, err := os.ReadFile(folder + "/root/dev/termination-log")
			if err != nil || !strings.Contains(string(report), text) {
				return fmt.Errorf("the report is %q, %w", report, err)
			}
			pid, err := strconv.Atoi(filepath.Base(folder))
			if err != nil {
				return err
			}
			return unix.Kill(pid, unix.SIGKILL)
		}
		return fmt.Errorf("no init of pod %s", pod)
	})
}
