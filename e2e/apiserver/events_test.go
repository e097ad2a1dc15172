//go:build linux

package apiserver

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/events"
)

// owners makes a Deployment and its ReplicaSet in the namespace "events", as nobody does here, and
// returns the first and a reference to the second.
func (s *suite) owners(t *testing.T, name string) (*appsv1.Deployment, metav1.OwnerReference) {
	t.Helper()
	const namespace = "events"
	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}}
	template := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: selector.MatchLabels}, Spec: pod(namespace, name, nil).Spec}
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: appsv1.DeploymentSpec{Selector: selector, Template: template}}
	if err := s.client.Create(t.Context(), deployment); err != nil {
		t.Fatal(err)
	}
	set := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name + "-abc"}, Spec: appsv1.ReplicaSetSpec{Selector: selector, Template: template}}
	set.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(deployment, appsv1.SchemeGroupVersion.WithKind("Deployment"))}
	if err := s.client.Create(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	return deployment, *metav1.NewControllerRef(set, appsv1.SchemeGroupVersion.WithKind("ReplicaSet"))
}

// eventsAbout returns the notes of the events about an object.
func (s *suite) eventsAbout(ctx context.Context, object client.Object) (notes []string, err error) {
	var list corev1.EventList
	err = s.client.List(ctx, &list, client.InNamespace(object.GetNamespace()))
	for _, event := range list.Items {
		if event.InvolvedObject.UID == object.GetUID() {
			notes = append(notes, fmt.Sprintf("%s ×%d: %s", event.Reason, event.Count, event.Message))
		}
	}
	return notes, err
}

// leftAloneEvents: a workload whose pods cannot be injected, or on which a value means
// nothing, hears of it once, however many pods it makes, and not of a dry run.
func (s *suite) leftAloneEvents(t *testing.T) {
	s.namespace(t, "events", map[string]string{config.InjectKey: config.InjectEnabled})
	deployment, set := s.owners(t, "web")
	quiet, quietSet := s.owners(t, "quiet")
	make := func(name string, owner metav1.OwnerReference, options ...client.CreateOption) {
		t.Helper()
		p := pod("events", name, nil)
		p.OwnerReferences, p.Spec.TerminationGracePeriodSeconds = []metav1.OwnerReference{owner}, new(int64)
		p.Annotations = map[string]string{"softstop.dev/drain": "five"}
		if err := s.client.Create(t.Context(), p, options...); err != nil {
			t.Fatal(err)
		}
	}
	make("dry", quietSet, client.DryRunAll)
	make("one", set)
	make("two", set)
	eventually(t, "an event", func(ctx context.Context) (bool, error) {
		notes, err := s.eventsAbout(ctx, deployment)
		all := strings.Join(notes, "\n")
		return len(notes) == 2 && strings.Contains(all, "LeftAlone ×1: softstop: pods are left alone (grace-zero)") &&
			strings.Contains(all, `BadValue ×1: softstop: softstop.dev/drain: "five" is ignored: it must be a duration`), err
	})
	// What was recorded before is written before this.
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "events", Name: "job"}}
	job.Spec.Template.Spec = pod("events", "job", nil).Spec
	job.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	if err := s.client.Create(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	make("three", *metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job")))
	eventually(t, "an event of another workload", func(ctx context.Context) (bool, error) {
		notes, err := s.eventsAbout(ctx, job)
		return len(notes) == 2, err
	})
	for _, object := range []client.Object{deployment, quiet} {
		notes, err := s.eventsAbout(t.Context(), object)
		if want := map[string]int{"web": 2}[object.GetName()]; err != nil || len(notes) != want {
			t.Errorf("%s: events %q, want %d (%v)", object.GetName(), notes, want, err)
		}
	}
}

// stopped makes a pod as the kubelet leaves it: with a container that has ended.
func (s *suite) stopped(t *testing.T, name string, owner metav1.OwnerReference, remove bool, ended corev1.ContainerStateTerminated) {
	t.Helper()
	p := pod("events", name, nil)
	p.Spec.NodeName = "somewhere" // so that a deletion waits for the kubelet
	p.OwnerReferences = []metav1.OwnerReference{owner}
	p.Labels = map[string]string{"pod-template-hash": "abc"}
	if err := s.client.Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if p.Labels[config.InjectedKey] != "true" {
		t.Fatalf("pod %s is not injected", name)
	}
	if remove {
		if err := s.client.Delete(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if err := s.client.Get(t.Context(), client.ObjectKeyFromObject(p), p); err != nil {
			t.Fatal(err)
		}
	}
	ended.ContainerID = "containerd://" + name
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", Image: "app:1", State: corev1.ContainerState{Terminated: &ended}}}
	if err := s.client.Status().Update(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if remove { // the pod goes, as the kubelet makes it go
		if err := s.client.Delete(t.Context(), p, client.GracePeriodSeconds(0)); err != nil {
			t.Fatal(err)
		}
	}
}

// The reports are the init's, see TestReportLine of initbin/stopper.
const (
	cleanReport  = `{"signal":"SIGTERM","seconds":0.5,"exitCode":0,"told":[{"pid":7,"command":"redis \"x\"","seconds":0.4}]}` + "\n"
	forcedReport = `{"signal":"SIGTERM","seconds":23,"exitCode":137,"told":[{"pid":8,"command":"sleep 99"}],"killed":[{"pid":8,"command":"sleep 99","state":"S"}]}` + "\n"
)

const killedEvent = `^ProcessOOMKilled ×3: softstop: the kernel killed 3 processes for want of memory in containers that went on, ` +
	`seen in their stops since \d\d:\d\d UTC; the last: pod worker-(one|two), container "app"$`

// stopReports: stops are counted by workload and result, in the metric and in one event.
func (s *suite) stopReports(t *testing.T) {
	deployment, set := s.owners(t, "stops")
	at := metav1.Now() // one hour, whatever the clock says meanwhile
	stopped := func(name string, remove bool, ended corev1.ContainerStateTerminated) {
		t.Helper()
		ended.FinishedAt = at
		s.stopped(t, name, set, remove, ended)
	}
	stopped("clean", false, corev1.ContainerStateTerminated{Message: cleanReport})
	stopped("forced", false, corev1.ContainerStateTerminated{Message: forcedReport, ExitCode: 137, Reason: "Error"})
	stopped("own-message", true, corev1.ContainerStateTerminated{Message: "bye", ExitCode: 0})
	stopped("own-message-killed", true, corev1.ContainerStateTerminated{Message: "bye", ExitCode: 137, Reason: "Error"})
	stopped("out-of-memory", true, corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"})
	stopped("ended-by-itself", false, corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"})
	count := func(result string) float64 {
		return s.metrics(t).Sum("softstop_stops_total", "namespace", "events", "workload", "Deployment/stops", "result", result)
	}
	eventually(t, "the counts", func(context.Context) (bool, error) { return count("clean") == 2 && count("forced") == 3, nil })
	if clean, forced := count("clean"), count("forced"); clean != 2 || forced != 3 {
		t.Errorf("%v clean and %v forced, want 2 and 3", clean, forced)
	}
	var notes []string
	eventually(t, "one event that counts", func(ctx context.Context) (_ bool, err error) {
		notes, err = s.eventsAbout(ctx, deployment)
		return len(notes) == 1 && strings.HasPrefix(notes[0], "StopForced ×3: softstop: 3 of "), err
	})
	if want := `were forced; the last: pod out-of-memory, container "app": killed for its memory`; !strings.Contains(notes[0], want) {
		t.Errorf("the event does not say %q: %s", want, notes[0])
	}
	s.secondReplica(t, deployment, set)
}

// killedWorkers: workers that the kernel killed while their containers went on are counted when those
// have stopped, in a metric and in an event of their own: the stops were clean.
func (s *suite) killedWorkers(t *testing.T) {
	deployment, set := s.owners(t, "workers")
	at := metav1.Now()
	for name, message := range map[string]string{
		"worker-one": `{"phase":"done","since":"2026-11-30T15:04:05.250Z","signal":"SIGTERM","drain":5,"stop":2,"seconds":7,"exitCode":0,"oomKilled":2,"told":[]}` + "\n",
		"worker-two": `{"phase":"done","since":"2026-11-30T15:04:05.250Z","signal":"SIGTERM","stop":1,"seconds":1,"exitCode":0,"oomKilled":1,"told":[]}` + "\n",
	} {
		s.stopped(t, name, set, false, corev1.ContainerStateTerminated{Message: message, FinishedAt: at})
	}
	labels := []string{"namespace", "events", "workload", "Deployment/workers"}
	eventually(t, "the metrics", func(context.Context) (bool, error) {
		m := s.metrics(t)
		return m.Sum("softstop_oom_killed_total", labels...) == 3 && m.Sum("softstop_stops_total", append(labels, "result", "clean", "phase", "done")...) == 2, nil
	})
	eventually(t, "one event that counts", func(ctx context.Context) (bool, error) {
		notes, err := s.eventsAbout(ctx, deployment)
		return len(notes) == 1 && regexp.MustCompile(killedEvent).MatchString(notes[0]), err
	})
}

// secondReplica: another one that sees the same adds nothing to the event, and one that has
// just started adds what it sees.
func (s *suite) secondReplica(t *testing.T, deployment *appsv1.Deployment, set metav1.OwnerReference) {
	t.Helper()
	var list corev1.EventList
	if err := s.client.List(t.Context(), &list, client.InNamespace("events")); err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(list.Items, func(e corev1.Event) bool { return e.InvolvedObject.UID == deployment.UID })
	last := list.Items[at].LastTimestamp.Time
	second := events.NewRecorder(s.client, "second", logr.Discard())
	go func() { _ = second.Start(t.Context()) }()
	same := events.Event{
		Namespace: "events", Owner: set, Reason: "StopForced", Action: "Stop", Note: "again",
		Key: last.UTC().Truncate(time.Hour).Format(time.RFC3339), Count: 3, At: last,
	}
	second.Record(same)
	second.Record(events.Event{Namespace: "events", Owner: set, Reason: "Last", Action: "Stop", Note: "the one before is written"})
	eventually(t, "the other event", func(ctx context.Context) (bool, error) {
		notes, err := s.eventsAbout(ctx, deployment)
		return len(notes) == 2, err
	})
	notes, err := s.eventsAbout(t.Context(), deployment)
	if all := strings.Join(notes, "\n"); err != nil || strings.Contains(all, "again") || !strings.Contains(all, "StopForced ×3") {
		t.Errorf("seen twice:\n%s (%v)", all, err)
	}
	started := events.NewRecorder(s.client, "third", logr.Discard())
	go func() { _ = started.Start(t.Context()) }()
	same.Count, same.At, same.Note = 1, last.Add(time.Second), "one more"
	started.Record(same)
	eventually(t, "one more", func(ctx context.Context) (bool, error) {
		notes, err := s.eventsAbout(ctx, deployment)
		return strings.Contains(strings.Join(notes, "\n"), "StopForced ×4: one more"), err
	})
}
