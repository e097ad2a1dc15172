package events

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/go-logr/logr"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Controller is the reporting controller of every event.
const Controller = "softstop.dev/webhook"

// Event is what is to be written.
type Event struct {
	// Namespace is that of the owner and of the pod.
	Namespace string
	// Owner is the pod's controller; the event goes to what owns that, if something does.
	Owner metav1.OwnerReference
	// Pod, if not nil, is the pod it is about.
	Pod *corev1.ObjectReference
	// Reason and Action are for machines, such as StopForced and Stop.
	Reason, Action string
	// Note is for people.
	Note string
	// Key tells this event from others about the same owner: what has the same key is
	// written once.
	Key string
}

const (
	perSecond = 1
	burst     = 25
	// waiting is how many events may wait to be written; more are lost.
	waiting = 256
	// remembered is how many keys a replica remembers, to save requests.
	remembered = 4096
	// maxNote is the API server's limit, in bytes.
	maxNote = 1024
)

// Recorder writes events, a few a second. It is a runnable of the manager.
type Recorder struct {
	client   client.Client
	instance string
	log      logr.Logger
	queue    chan Event
	limit    *rate.Limiter
	written  *lru.Cache[string, struct{}]
}

// NewRecorder returns a recorder that writes with c, directly and not through a cache,
// as instance.
func NewRecorder(c client.Client, instance string, log logr.Logger) *Recorder {
	written, err := lru.New[string, struct{}](remembered)
	if err != nil { // a constant size: cannot happen
		panic(err)
	}
	return &Recorder{client: c, instance: instance, log: log, queue: make(chan Event, waiting), limit: rate.NewLimiter(perSecond, burst), written: written}
}

// NeedLeaderElection makes every replica write.
func (*Recorder) NeedLeaderElection() bool { return false }

// Record writes e soon. It never waits: if too many are waiting, e is lost.
func (r *Recorder) Record(e Event) {
	select {
	case r.queue <- e:
	default:
		r.log.V(1).Info("too many events, one is lost", "namespace", e.Namespace, "owner", e.Owner.Name, "reason", e.Reason)
	}
}

// Start writes until ctx ends.
func (r *Recorder) Start(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-r.queue:
			if err := r.write(ctx, e, time.Now()); err != nil && ctx.Err() == nil {
				r.log.Error(err, "an event is lost", "reason", e.Reason)
			}
		}
	}
}

func (r *Recorder) write(ctx context.Context, e Event, now time.Time) error {
	key := string(e.Owner.UID) + " " + e.Reason + " " + e.Key
	if r.written.Contains(key) {
		return nil
	}
	if err := r.limit.Wait(ctx); err != nil {
		return err
	}
	owner, err := r.workload(ctx, e.Namespace, e.Owner)
	if err != nil {
		return err
	}
	object := newEvent(e, owner, r.instance, now)
	if err := r.client.Create(ctx, object); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("write event about %s %s/%s: %w", owner.Kind, e.Namespace, owner.Name, err)
	}
	r.written.Add(key, struct{}{})
	return nil
}

// newEvent is e about owner.
func newEvent(e Event, owner metav1.OwnerReference, instance string, now time.Time) *eventsv1.Event {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(string(owner.UID) + " " + e.Reason + " " + e.Key)) // never fails
	if len(e.Note) > maxNote {
		e.Note = strings.ToValidUTF8(e.Note[:maxNote-3], "") + "..."
	}
	return &eventsv1.Event{
		ObjectMeta:          metav1.ObjectMeta{Namespace: e.Namespace, Name: fmt.Sprintf("softstop-%x", hash.Sum64())},
		EventTime:           metav1.NewMicroTime(now),
		ReportingController: Controller, ReportingInstance: instance,
		Action: e.Action, Reason: e.Reason, Type: corev1.EventTypeWarning, Note: e.Note,
		Regarding: corev1.ObjectReference{APIVersion: owner.APIVersion, Kind: owner.Kind, Namespace: e.Namespace, Name: owner.Name, UID: owner.UID},
		Related:   e.Pod,
	}
}

// workload returns what people call the workload: what owns a ReplicaSet or a Job, if
// something does, and otherwise owner itself.
func (r *Recorder) workload(ctx context.Context, namespace string, owner metav1.OwnerReference) (metav1.OwnerReference, error) {
	if owner.Kind != "ReplicaSet" && owner.Kind != "Job" {
		return owner, nil
	}
	var object metav1.PartialObjectMetadata
	object.APIVersion, object.Kind = owner.APIVersion, owner.Kind
	err := r.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: owner.Name}, &object)
	if apierrors.IsNotFound(err) {
		return owner, nil
	}
	if err != nil {
		return owner, fmt.Errorf("read %s %s/%s: %w", owner.Kind, namespace, owner.Name, err)
	}
	if above := metav1.GetControllerOf(&object); above != nil {
		return *above, nil
	}
	return owner, nil
}
