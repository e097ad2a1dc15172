package stops

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/initbin"
)

// report is what is read of the init's.
type report struct {
	Phase   string    `json:"phase"`
	Since   string    `json:"since"`
	Signal  string    `json:"signal"`
	Seconds *float64  `json:"seconds"`
	Drain   drain     `json:"drain"`
	Forced  bool      `json:"forced"`
	Killed  []process `json:"killed"`
	Left    []process `json:"left"`
}

// process is one of a report.
type process struct {
	PID     int    `json:"pid"`
	Command string `json:"command"`
	State   string `json:"state"`
	// Waits says what it waited for, if that was found out.
	Waits string `json:"waits"`
}

// cutShort reports whether the report ends before the stop did: somebody killed the init.
func (r *report) cutShort() bool { return r.Phase != "" && r.Phase != "done" }

// cut says where a stop that ended at was cut short, and who was still there.
func (r *report) cut(at time.Time) string {
	note := fmt.Sprintf("killed from outside in its phase %q", r.Phase)
	if since, err := time.Parse(time.RFC3339, r.Since); err == nil && !at.IsZero() {
		note += fmt.Sprintf(", %s after that began", min(max(0, at.Sub(since)), maxSeconds*time.Second).Round(100*time.Millisecond))
	}
	if len(r.Left) > 0 {
		note += "; still there: " + list(r.Left)
	}
	return note
}

func list(processes []process) string {
	var names []string
	for _, p := range processes {
		name := fmt.Sprintf("%s (pid %d, state %s)", p.Command, p.PID, p.State)
		if p.Waits != "" {
			name += ": it " + p.Waits
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// maxSeconds bounds what a report can say, far from overflow: a day, as stop timeouts are.
const maxSeconds = 24 * 60 * 60

// readReport reads a termination message; false means that it is not the init's. Behind a report
// that was cut short there may be what the application has appended.
func readReport(message string) (report, bool) {
	var r report
	if json.NewDecoder(strings.NewReader(message)).Decode(&r) != nil {
		r = readCut(message)
	}
	if r.Signal == "" || r.Seconds == nil {
		return report{}, false
	}
	return r, true
}

// readCut reads what there is of a report: of a pod with many containers, the kubelet keeps only
// the beginning of each message.
func readCut(message string) report {
	var r report
	d := json.NewDecoder(strings.NewReader(message))
	if begin, err := d.Token(); err != nil || begin != json.Delim('{') {
		return report{}
	}
	for {
		key, err := d.Token()
		if err != nil {
			return r
		}
		switch key {
		case "phase":
			err = d.Decode(&r.Phase)
		case "since":
			err = d.Decode(&r.Since)
		case "signal":
			err = d.Decode(&r.Signal)
		case "seconds":
			err = d.Decode(&r.Seconds)
		case "drain":
			err = d.Decode(&r.Drain)
		case "forced":
			err = d.Decode(&r.Forced)
		case "killed":
			r.Killed, err = readList(d)
		case "left":
			r.Left, err = readList(d)
		default:
			var other any
			err = d.Decode(&other)
		}
		if err != nil {
			return r
		}
	}
}

// readList reads the processes of a list up to where it is cut.
func readList(d *json.Decoder) (list []process, err error) {
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		var p process
		if err := d.Decode(&p); err != nil {
			return list, err
		}
		list = append(list, p)
	}
	_, err = d.Token()
	return list, err
}

// killedInLog are the sentences about who was killed in the end of the log, which is what
// a message is where the pod's policy is FallbackToLogsOnError.
func killedInLog(message string) (sentences []string) {
	for line := range strings.Lines(message) {
		if sentence, is := strings.CutPrefix(strings.TrimSpace(line), initbin.Name+": killed pid "); is {
			sentences = append(sentences, "killed pid "+sentence)
		}
	}
	return sentences
}

// Stop is one container that was stopped.
type Stop struct {
	// Container is its name, At when it ended.
	Container string
	At        time.Time
	// Forced means that something was killed.
	Forced bool
	// Note says what, for people; empty if nothing.
	Note string
	// Drain is how the drain ended: quiet, maximum, minimum, or fixed; empty if it did not, or
	// nobody knows. Drained is how long it took.
	Drain   string
	Drained time.Duration
	// Unquiet says who was still talking where the drain ended at its maximum; empty if it did not.
	Unquiet string
}

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
		stop.Drain, stop.Drained = r.Drain.ended(), r.Drain.length()
		if stop.Drain == endedMaximum {
			stop.Unquiet = r.Drain.sentence()
		}
	}
	switch {
	case stopping && ended.ExitCode == 137 && ended.Reason == outOfMemory:
		stop.Forced, stop.Note = true, "killed for its memory while it stopped (OOMKilled)"
	case reported && r.cutShort():
		stop.Forced, stop.Note = true, r.cut(stop.At)
	case reported && len(r.Killed) > 0:
		stop.Forced = true
		after := time.Duration(min(*r.Seconds, maxSeconds) * float64(time.Second)).Round(100 * time.Millisecond)
		stop.Note = fmt.Sprintf("killed after %s: %s", after, list(r.Killed))
	case reported && r.Forced:
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
