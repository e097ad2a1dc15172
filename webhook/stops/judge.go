package stops

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Stop is one container that was stopped.
type Stop struct {
	// Container is its name, At when it ended.
	Container string
	At        time.Time
	// Forced means that something was killed.
	Forced bool
	// Note says what, for people; empty if nothing.
	Note string
	// Last is the phase in which it ended, done or before; empty where no report says so.
	Last string
	// Drained and Stopped are its phases drain and stop.
	Drained, Stopped Phase
	// Unquiet says who was still talking where the drain ended at its maximum; empty if it did not.
	Unquiet string
	// OOMKilled is how many of its processes the kernel had killed for want of memory while it went on.
	OOMKilled int
}

// maxKilled bounds what a report can say of processes that the kernel killed: anybody can write one.
const maxKilled = 1 << 20

// outOfMemory is the reason that the kubelet gives where the kernel has killed a process of the
// container for its memory.
const outOfMemory = "OOMKilled"

// Judge returns the stop that status, of a container of pod, tells of; false if the end
// was none.
func Judge(pod *corev1.Pod, container string, ended *corev1.ContainerStateTerminated) (Stop, bool) {
	stop := Stop{Container: container, At: ended.FinishedAt.Time}
	r, reported := readReport(ended.Message)
	stopping := reported || pod.DeletionTimestamp != nil
	if reported {
		stop.Last, stop.Drained, stop.Stopped = r.last(), r.drained(), r.stopped()
		stop.Unquiet = r.Drain.unquiet()
		stop.OOMKilled = min(max(r.OOMKilled, 0), maxKilled)
	}
	switch {
	case stopping && ended.ExitCode == 137 && ended.Reason == outOfMemory:
		stop.Forced, stop.Note = true, "killed for its memory while it stopped (OOMKilled)"
	case reported && r.cutShort():
		stop.Forced, stop.Note = true, r.cut(stop.At)
	case reported && len(r.Killed) > 0:
		stop.Forced = true
		stop.Note = fmt.Sprintf("killed after %s: %s", newPhase(endedTimeout, *r.Seconds).Took, list(r.Killed))
	case reported && r.forced():
		stop.Forced, stop.Note = true, "killed at the stop timeout; who did not stop in time is in its log"
	case reported:
	case len(killedInLog(ended.Message)) > 0:
		stop.Forced, stop.Note = true, strings.Join(killedInLog(ended.Message), "; ")
	case !stopping:
		return Stop{}, false
	case ended.ExitCode == 137:
		stop.Forced, stop.Note = true, "ended by SIGKILL; who did not stop in time is in its log"
	}
	return stop, true
}

// terminations are the ended runs of containers that pod's status has.
func terminations(pod *corev1.Pod) map[string]*corev1.ContainerStateTerminated {
	all := map[string]*corev1.ContainerStateTerminated{}
	for _, list := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range list {
			for _, state := range []corev1.ContainerState{list[i].LastTerminationState, list[i].State} {
				if state.Terminated != nil && state.Terminated.ContainerID != "" {
					all[list[i].Name+" "+state.Terminated.ContainerID] = state.Terminated
				}
			}
		}
	}
	return all
}

// workload names what pod belongs to, for the metric: few names, whatever comes and goes.
// It goes by how Deployments and CronJobs name what they make, so that no look-up is needed.
func workload(pod *corev1.Pod) string {
	owner := metav1.GetControllerOf(pod)
	switch {
	case owner == nil:
		return "Pod"
	case len(owner.Kind)+len(owner.Name) > maxName:
		return other
	}
	hash := pod.Labels["pod-template-hash"]
	if name, made := strings.CutSuffix(owner.Name, "-"+hash); owner.Kind == "ReplicaSet" && hash != "" && made {
		return "Deployment/" + name
	}
	if at := strings.LastIndexByte(owner.Name, '-'); owner.Kind == "Job" && at > 0 && isMinute(owner.Name[at+1:]) {
		return "CronJob/" + owner.Name[:at]
	}
	return owner.Kind + "/" + owner.Name
}

// isMinute reports whether text is what a CronJob puts behind its name: the minutes since
// 1970 of a run.
func isMinute(text string) bool {
	return len(text) == 8 && strings.Trim(text, "0123456789") == ""
}
