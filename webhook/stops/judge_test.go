package stops

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestJudge(t *testing.T) {
	leaving := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: new(metav1.Now())}}
	staying := &corev1.Pod{}
	for name, c := range map[string]struct {
		pod          *corev1.Pod
		ended        corev1.ContainerStateTerminated
		stop, forced bool
	}{
		"clean":                              {leaving, corev1.ContainerStateTerminated{Message: `{"signal":"SIGTERM","seconds":0,"exitCode":0,"told":[]}`}, true, false},
		"restarted by its probe":             {staying, corev1.ContainerStateTerminated{Message: `{"signal":"SIGTERM","seconds":1,"exitCode":0,"told":[]}`}, true, false},
		"forced":                             {leaving, corev1.ContainerStateTerminated{Message: `{"signal":"SIGTERM","seconds":23,"exitCode":0,"told":[],"killed":[{"pid":1,"command":"x","state":"D"}]}`}, true, true},
		"killed from outside":                {leaving, corev1.ContainerStateTerminated{ExitCode: 137, Message: `{"phase":"stop","since":"2026-11-30T15:04:05.250Z","signal":"SIGTERM","seconds":0,"told":[]}` + "\n"}, true, true},
		"killed from outside, appended to":   {leaving, corev1.ContainerStateTerminated{ExitCode: 137, Message: `{"phase":"drain","since":"2026-11-30T15:04:05.250Z","signal":"SIGTERM","seconds":0,"told":[]}` + "\nbye\n"}, true, true},
		"done":                               {leaving, corev1.ContainerStateTerminated{ExitCode: 137, Message: `{"phase":"done","signal":"SIGTERM","seconds":1,"exitCode":0,"told":[]}` + "\n"}, true, false},
		"forced by the watcher":              {leaving, corev1.ContainerStateTerminated{Message: `{"signal":"SIGTERM","seconds":23,"exitCode":0,"told":[],"forced":true}`}, true, true},
		"forced, by the exit code":           {leaving, corev1.ContainerStateTerminated{ExitCode: 137, Reason: "Error"}, true, true},
		"137 with a report of nobody killed": {leaving, corev1.ContainerStateTerminated{ExitCode: 137, Message: `{"signal":"SIGTERM","seconds":1,"exitCode":137,"told":[]}`}, true, false},
		"forced, by the log": {staying, corev1.ContainerStateTerminated{ExitCode: 137, Reason: "Error",
			Message: "app: busy\nsoftstop-init: killed pid 7 (/app --deaf) in state S: still there 1s after SIGTERM\n"}, true, true},
		"out of memory":                 {leaving, corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}, true, true},
		"out of memory, with a report":  {staying, corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled", Message: `{"signal":"SIGTERM","seconds":1,"exitCode":137,"told":[]}`}, true, true},
		"out of memory long before":     {leaving, corev1.ContainerStateTerminated{Reason: "OOMKilled", Message: `{"signal":"SIGTERM","seconds":1,"exitCode":0,"told":[]}`}, true, false},
		"out of memory, not stopped":    {staying, corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}, false, false},
		"crashed":                       {staying, corev1.ContainerStateTerminated{ExitCode: 137, Reason: "Error"}, false, false},
		"JSON of the application's own": {staying, corev1.ContainerStateTerminated{Message: `{"signal":"lost"}`}, false, false},
		"a number":                      {staying, corev1.ContainerStateTerminated{Message: `1`}, false, false},
	} {
		stop, is := Judge(c.pod, "app", &c.ended)
		if is != c.stop || stop.Forced != c.forced || stop.Forced != (stop.Note != "") {
			t.Errorf("%s: %t %+v", name, is, stop)
		}
	}
}

// TestCutReport: wherever the kubelet cuts a report behind its killed processes, they are known.
func TestCutReport(t *testing.T) {
	const text = `{"phase":"done","since":"2026-11-30T15:04:05.250Z","signal":"SIGTERM","stop":23,"seconds":23,"exitCode":0,` +
		`"killed":[{"pid":7,"command":"web","state":"S"},{"pid":8,"command":"job","state":"D"}],"told":[{"pid":7,"command":"web"}]}`
	for cut := strings.Index(text, `,{"pid":8`); cut < len(text); cut++ {
		stop, is := Judge(&corev1.Pod{}, "app", &corev1.ContainerStateTerminated{Message: text[:cut]})
		if !is || !stop.Forced || !strings.HasPrefix(stop.Note, "killed after 23s: web (pid 7, state S)") {
			t.Fatalf("%s: %t %+v", text[:cut], is, stop)
		}
	}
}

// TestCutShort: how long the phase had lasted comes of when the container ended.
func TestCutShort(t *testing.T) {
	ended := corev1.ContainerStateTerminated{
		ExitCode: 137, FinishedAt: metav1.Date(2026, 11, 30, 15, 4, 8, 0, time.UTC),
		Message: `{"phase":"stop","since":"2026-11-30T15:04:05.250Z","signal":"SIGTERM","seconds":0,"left":[{"pid":7,"command":"web","state":"S","waits":"waits for a signal"}],"told":[{"pid":7,"command":"web"}]}`,
	}
	stop, _ := Judge(&corev1.Pod{}, "app", &ended)
	if want := `killed from outside in its phase "stop", 2.8s after that began; still there: web (pid 7, state S): it waits for a signal`; stop.Note != want {
		t.Errorf("got %s, want %s", stop.Note, want)
	}
}

// TestPhases: a report says how its phases ended, as far as it can be believed, and how many
// processes the kernel has killed; of a drain that was never quiet also who was still talking.
func TestPhases(t *testing.T) {
	drains := func(drain string) string {
		return `{"phase":"done","signal":"SIGTERM","drain":` + drain + `,"seconds":8,"exitCode":0,"told":[]}`
	}
	drained := func(ended string, took time.Duration) Stop { return Stop{Last: "done", Drained: Phase{ended, took}} }
	unquiet := func(took time.Duration, sentence string) Stop {
		s := drained("maximum", took)
		s.Unquiet = sentence
		return s
	}
	for message, want := range map[string]Stop{
		drains(`5`): drained("fixed", 5*time.Second),
		drains(`{"seconds":7.21,"ended":"quiet","connections":3,"how":"sock_diag"}`):          drained("quiet", 7200*time.Millisecond),
		drains(`{"seconds":5,"ended":"minimum","why":"the table of sockets cannot be read"}`): drained("minimum", 5*time.Second),
		drains(`{"seconds":1}`):                                drained("fixed", time.Second),
		drains(`{"seconds":1,"ended":"soon","connections":1}`): {Last: "done"},
		drains(`{"seconds":1e300,"ended":"quiet"}`):            drained("quiet", 24*time.Hour),
		drains(`"long"`):                                       {Last: "done"},
		drains(`null`):                                         {Last: "done"},
		drains(`{"seconds":120,"ended":"maximum","connections":2,"talking":["10.0.3.4:51234 on 8080: a request waits for its answer","10.0.3.5:1 on 8080: bytes move"]}`): unquiet(2*time.Minute,
			"its drain ended at the maximum of 2m0s, not because it was quiet; still talking: 10.0.3.4:51234 on 8080: a request waits for its answer, 10.0.3.5:1 on 8080: bytes move"),
		drains(`{"seconds":30,"ended":"maximum","connections":1}`):                                             unquiet(30*time.Second, "its drain ended at the maximum of 30s, not because it was quiet"),
		`{"phase":"done","signal":"SIGTERM","seconds":8,"drain":{"seconds":30,"ended":"quiet"},"told":[{"pid"`: drained("quiet", 30*time.Second),

		`{"phase":"done","signal":"SIGTERM","drain":5,"stop":2.5,"seconds":7.5,"exitCode":0,"oomKilled":3,"told":[]}`: {Last: "done", Drained: Phase{"fixed", 5 * time.Second}, Stopped: Phase{"clean", 2500 * time.Millisecond}, OOMKilled: 3},
		`{"phase":"done","signal":"SIGTERM","stop":1,"seconds":1,"oomKilled":-4,"told":[{"pi`:                         {Last: "done", Stopped: Phase{"clean", time.Second}},
		`{"phase":"done","signal":"SIGTERM","stop":1,"seconds":1,"forced":true,"told":[]}`:                            {Last: "done", Stopped: Phase{"timeout", time.Second}, Forced: true},
		`{"phase":"done","signal":"SIGTERM","stop":1,"seconds":1,"killed":[{"pid":7,"comm`:                            {Last: "done", Stopped: Phase{"timeout", time.Second}, Forced: true},
		// Cut short from outside: of the phase it was in only that it began is known.
		`{"phase":"kill","signal":"SIGTERM","drain":5,"stop":23,"seconds":28,"told":[]}` + "\n":                           {Last: "kill", Drained: Phase{"fixed", 5 * time.Second}, Stopped: Phase{"timeout", 23 * time.Second}, Forced: true},
		`{"phase":"stop","signal":"SIGTERM","drain":5,"stop":0,"seconds":5,"told":[]}` + "\n{\"oomKilled\":1,\"stop\":9}": {Last: "stop", Drained: Phase{"fixed", 5 * time.Second}, Forced: true},
		`{"phase":"drain","signal":"SIGTERM","drain":1,"seconds":1,"told":[]}`:                                            {Last: "drain", Forced: true},
		`{"phase":"x\n","signal":"SIGTERM","drain":-1,"stop":1e300,"seconds":5,"oomKilled":999999999,"told":[]}`:          {Stopped: Phase{"clean", 24 * time.Hour}, OOMKilled: maxKilled, Forced: true},
	} {
		got, is := Judge(&corev1.Pod{}, "app", &corev1.ContainerStateTerminated{Message: message})
		want.Container, want.Note = "app", got.Note // whose words other tests have
		if !is || got != want {
			t.Errorf("%s: %t\n%+v, want\n%+v", message, is, got, want)
		}
	}
}

func TestWorkload(t *testing.T) {
	owned := func(kind, name, hash string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Labels:          map[string]string{"pod-template-hash": hash},
			OwnerReferences: []metav1.OwnerReference{{Kind: kind, Name: name, Controller: new(true)}},
		}}
	}
	for want, pod := range map[string]*corev1.Pod{
		"Pod":               {},
		"Deployment/web":    owned("ReplicaSet", "web-5d4f", "5d4f"),
		"ReplicaSet/web":    owned("ReplicaSet", "web", ""),
		"CronJob/nightly":   owned("Job", "nightly-29876543", ""),
		"Job/migrate-2":     owned("Job", "migrate-2", ""),
		"Job/load-2026112a": owned("Job", "load-2026112a", ""),
		"StatefulSet/db":    owned("StatefulSet", "db", ""),
	} {
		if got := workload(pod); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// FuzzReport: any container may write anything as its termination message.
func FuzzReport(f *testing.F) {
	f.Add(`{"signal":"SIGTERM","seconds":23,"exitCode":0,"told":[],"killed":[{"pid":1,"command":"x","state":"D"}]}`)
	f.Add(`{"signal":"SIGTERM","seconds":1e400}`)
	f.Fuzz(func(t *testing.T, message string) {
		stop, _ := Judge(&corev1.Pod{}, "app", &corev1.ContainerStateTerminated{Message: message})
		if stop.Forced != (stop.Note != "") {
			t.Errorf("%+v", stop)
		}
	})
}
