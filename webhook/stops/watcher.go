package stops

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	ctrlcache "sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/events"
)

// Watcher counts stops. It is a prometheus.Collector.
type Watcher struct {
	// record writes an event; nil writes none.
	record func(events.Event)
	stops  *prometheus.CounterVec
	phases *prometheus.HistogramVec
	killed *prometheus.CounterVec

	mu sync.Mutex
	// judged are the terminations that need no further look, by pod.
	judged map[types.UID]map[string]bool
	counts *tallies
	named  names
}

// NewWatcher returns a watcher that passes events to record, which may be nil.
func NewWatcher(record func(events.Event)) *Watcher {
	return &Watcher{
		record: record, judged: map[types.UID]map[string]bool{}, counts: newTallies(time.Now()), named: names{},
		stops: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "softstop_stops_total",
			Help: "Containers of injected pods that were stopped, by workload, by result (clean or forced) and by the phase in which the stop ended " +
				"(done, or drain, stop, kill if it was cut short; empty where no report says it). Every replica counts all of them.",
		}, []string{"namespace", "workload", "result", "phase"}),
		phases: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "softstop_stop_phase_seconds",
			Help: "How long the phases of stops took, by how they ended. drain, for which the init held the stop signal back: quiet, maximum, minimum where it could not tell, or fixed. " +
				"stop: clean, or timeout. Every replica counts all of them.",
			Buckets: []float64{0.1, 0.5, 1, 2.5, 5, 7.5, 10, 15, 20, 25, 30, 60, 120, 300, 600, 3600},
		}, []string{"phase", "ended"}),
		killed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "softstop_oom_killed_total",
			Help: "Processes that the kernel killed for want of memory in containers that went on, by workload; counted when the container has stopped. Every replica counts all of them.",
		}, []string{"namespace", "workload"}),
	}
}

// Describe implements prometheus.Collector.
func (w *Watcher) Describe(to chan<- *prometheus.Desc) {
	w.stops.Describe(to)
	w.phases.Describe(to)
	w.killed.Describe(to)
}

// Collect implements prometheus.Collector.
func (w *Watcher) Collect(to chan<- prometheus.Metric) {
	w.stops.Collect(to)
	w.phases.Collect(to)
	w.killed.Collect(to)
}

// CacheOptions adds to o what Watch looks at.
func CacheOptions(o *ctrlcache.Options) {
	if o.ByObject == nil {
		o.ByObject = map[client.Object]ctrlcache.ByObject{}
	}
	o.ByObject[&corev1.Pod{}] = ctrlcache.ByObject{Label: labels.SelectorFromSet(labels.Set{config.InjectedKey: "true"}), Transform: Trim}
}

// Trim drops from a pod what the watcher does not look at.
func Trim(object any) (any, error) {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return object, nil
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, ResourceVersion: pod.ResourceVersion,
			DeletionTimestamp: pod.DeletionTimestamp, OwnerReferences: trimOwners(pod),
			Labels: map[string]string{"pod-template-hash": pod.Labels["pod-template-hash"]},
		},
		Status: corev1.PodStatus{InitContainerStatuses: trimStatuses(pod.Status.InitContainerStatuses), ContainerStatuses: trimStatuses(pod.Status.ContainerStatuses)},
	}, nil
}

// trimOwners keeps the controller, and of one with a name that is none that it is there.
func trimOwners(pod *corev1.Pod) []metav1.OwnerReference {
	owner := metav1.GetControllerOf(pod)
	if owner == nil {
		return nil
	}
	for _, text := range []*string{&owner.APIVersion, &owner.Kind, &owner.Name, (*string)(&owner.UID)} {
		if len(*text) > maxName {
			*text = strings.Clone((*text)[:maxName+1]) // still too long to be a name
		}
	}
	return []metav1.OwnerReference{*owner}
}

func trimStatuses(list []corev1.ContainerStatus) (trimmed []corev1.ContainerStatus) {
	for i := range list {
		trimmed = append(trimmed, corev1.ContainerStatus{
			Name:                 list[i].Name,
			State:                corev1.ContainerState{Terminated: list[i].State.Terminated},
			LastTerminationState: corev1.ContainerState{Terminated: list[i].LastTerminationState.Terminated},
		})
	}
	return trimmed
}

// Watch makes the watcher see what happens to pods from now on.
func (w *Watcher) Watch(ctx context.Context, cache ctrlcache.Cache) error {
	informer, err := cache.GetInformer(ctx, &corev1.Pod{})
	if err != nil {
		return fmt.Errorf("watch injected pods: %w", err)
	}
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerDetailedFuncs{
		// What had ended before this replica came is not its to count.
		AddFunc:    func(object any, initial bool) { w.look(object, !initial) },
		UpdateFunc: func(_, object any) { w.look(object, true) },
		DeleteFunc: func(object any) {
			if gone, ok := object.(toolscache.DeletedFinalStateUnknown); ok {
				object = gone.Obj
			}
			w.look(object, true)
			w.forget(object)
		},
	})
	if err != nil {
		return fmt.Errorf("watch injected pods: %w", err)
	}
	return nil
}

// look judges the terminations of a pod that are new, and counts them if it should.
func (w *Watcher) look(object any, count bool) {
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	before, now := w.judged[pod.UID], map[string]bool{}
	for id, ended := range terminations(pod) {
		now[id] = true
		if before[id] || !count {
			continue
		}
		container, _, _ := strings.Cut(id, " ")
		if stop, is := Judge(pod, container, ended); is {
			w.tell(pod, stop)
		}
	}
	// Of those that the status has no more, none comes back: a container that crashes for months
	// leaves nothing.
	if len(now) > 0 {
		w.judged[pod.UID] = now
	}
}

// tell counts stop, and writes what is to be told of it.
func (w *Watcher) tell(pod *corev1.Pod, stop Stop) {
	owned := w.named.bounded(pod.Namespace, workload(pod))
	w.measure(pod.Namespace, owned, stop)
	if stop.At.IsZero() {
		stop.At = time.Now()
	}
	owner, counted := metav1.GetControllerOf(pod), pod.Namespace+" "+owned
	if owner == nil {
		owner = &metav1.OwnerReference{APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID}
		counted += "/" + pod.Name
	}
	count := w.counts.add(counted, stop)
	if w.record == nil {
		return
	}
	event := events.Event{
		Namespace: pod.Namespace, Owner: *owner, Key: hour(stop.At).Format(time.RFC3339), At: stop.At,
		Pod: &corev1.ObjectReference{APIVersion: "v1", Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID},
	}
	where := fmt.Sprintf("pod %s, container %q", pod.Name, stop.Container)
	for _, told := range []struct {
		is             bool
		reason, action string
		count          int
		note           string
	}{
		{stop.Forced, "StopForced", "Stop", count.forced, w.counts.sentence(count.forced, count.all, "were forced", where+": "+stop.Note)},
		{stop.Unquiet != "", "DrainNotQuiet", "Stop", count.unquiet, w.counts.sentence(count.unquiet, count.all, "were never quiet", where+": "+stop.Unquiet)},
		{stop.OOMKilled > 0, "ProcessOOMKilled", "Run", count.killed, w.counts.oomKilled(count.killed, where)},
	} {
		if told.is {
			event.Reason, event.Action, event.Count, event.Note = told.reason, told.action, told.count, told.note
			w.record(event)
		}
	}
}

// measure counts stop in the metrics.
func (w *Watcher) measure(namespace, owned string, stop Stop) {
	result := "clean"
	if stop.Forced {
		result = "forced"
	}
	w.stops.WithLabelValues(namespace, owned, result, stop.Last).Inc()
	for phase, p := range map[string]Phase{phaseDrain: stop.Drained, phaseStop: stop.Stopped} {
		if p.Ended != "" {
			w.phases.WithLabelValues(phase, p.Ended).Observe(p.Took.Seconds())
		}
	}
	if stop.OOMKilled > 0 {
		w.killed.WithLabelValues(namespace, owned).Add(float64(stop.OOMKilled))
	}
}

func (w *Watcher) forget(object any) {
	if pod, ok := object.(*corev1.Pod); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.judged, pod.UID)
	}
}
