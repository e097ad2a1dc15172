package events

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
)

// Controller is the reporting controller of every event, Component the name that kubectl shows.
const (
	Controller = "softstop.dev/webhook"
	Component  = "softstop"
)

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
	// one event, which tells of the last.
	Key string
	// Count is how often it happened as far as who records it has seen, and At when the
	// last time was. 0 is for what needs no counting: it is written once.
	Count int
	At    time.Time
}

// id is the same for what is one event about the same owner.
func (e Event) id() string { return string(e.Owner.UID) + " " + e.Reason + " " + e.Key }

const (
	perSecond = 1
	burst     = 25
	// waiting is how many events may wait to be written; more are lost.
	waiting = 256
	// remembered is how many keys a replica remembers, to save requests.
	remembered = 4096
	// maxNote is the API server's limit, in bytes; maxName is that of names.
	maxNote, maxName = 1024, 253
)

// Recorder writes events, a few a second. It is a runnable of the manager.
type Recorder struct {
	client   client.Client
	instance string
	log      logr.Logger
	limit    *rate.Limiter
	// written is the highest count written, by id.
	written *lru.Cache[string, int]
	// queue has the ids of what is to be written, pending the last word of each.
	queue   chan string
	mu      sync.Mutex
	pending map[string]Event
}

// NewRecorder returns a recorder that writes with c, directly and not through a cache,
// as instance.
func NewRecorder(c client.Client, instance string, log logr.Logger) *Recorder {
	written, err := lru.New[string, int](remembered)
	if err != nil { // a constant size: cannot happen
		panic(err)
	}
	return &Recorder{
		client: c, instance: instance, log: log, limit: rate.NewLimiter(perSecond, burst), written: written,
		queue: make(chan string, waiting), pending: map[string]Event{},
	}
}

// NeedLeaderElection makes every replica write.
func (*Recorder) NeedLeaderElection() bool { return false }

// bounded is e as it is kept until it is written, false if nobody can be told: a pod that nobody
// has validated may name an owner with a megabyte.
func (e Event) bounded() (Event, bool) {
	for _, name := range []string{e.Namespace, e.Owner.Name, e.Owner.Kind, e.Owner.APIVersion, string(e.Owner.UID)} {
		if len(name) > maxName {
			return e, false
		}
	}
	e.Note = config.Line(e.Note) // what a container reports of its stop, or names in a pod that is not valid
	if len(e.Note) > maxNote {
		e.Note = strings.ToValidUTF8(e.Note[:maxNote-3], "") + "..."
	}
	if len(e.Key) > maxName {
		e.Key = fmt.Sprintf("%x", sha256.Sum256([]byte(e.Key)))
	}
	return e, true
}

// Record writes e soon. It never waits: if too many are waiting, e is lost.
func (r *Recorder) Record(e Event) {
	e, is := e.bounded()
	if !is {
		r.log.V(1).Info("an owner's name is too long for one, its event is lost", "namespace", config.Line(e.Namespace[:min(len(e.Namespace), maxName)]))
		return
	}
	if count, is := r.written.Get(e.id()); is && count >= e.Count {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, waits := r.pending[e.id()]; waits {
		r.pending[e.id()] = e
		return
	}
	select {
	case r.queue <- e.id():
		r.pending[e.id()] = e
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
		case id := <-r.queue:
			if err := r.write(ctx, id); err != nil && ctx.Err() == nil {
				r.log.Error(err, "an event is lost")
			}
		}
	}
}

// take returns the last word of id.
func (r *Recorder) take(id string) Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.pending[id]
	delete(r.pending, id)
	return e
}

func (r *Recorder) write(ctx context.Context, id string) error {
	if err := r.limit.Wait(ctx); err != nil {
		return err
	}
	e := r.take(id)
	var err error
	if e.Owner, err = r.workload(ctx, e.Namespace, e.Owner); err != nil {
		return err
	}
	object := newEvent(e, r.instance, time.Now())
	err = r.client.Create(ctx, object)
	if apierrors.IsAlreadyExists(err) {
		if err = nil; e.Count > 0 {
			err = r.add(ctx, object)
		}
	}
	if err != nil {
		return fmt.Errorf("write the event %s about %s %s/%s: %w", e.Reason, e.Owner.Kind, e.Namespace, e.Owner.Name, err)
	}
	r.written.Add(id, e.Count)
	return nil
}

// add makes the event that is there tell of news, unless it does.
func (r *Recorder) add(ctx context.Context, news *corev1.Event) error {
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		var there corev1.Event
		if err := r.client.Get(ctx, client.ObjectKeyFromObject(news), &there); err != nil {
			return err
		}
		if !merge(&there, news) {
			return nil
		}
		return r.client.Update(ctx, &there)
	})
}

// merge adds news to the event that is there, and reports whether there was any. All replicas see
// the same happen, in their own order, and one that has just started has not seen all: more than
// was counted is news, and so is what happened later.
func merge(there, news *corev1.Event) bool {
	later := there.LastTimestamp.Before(&news.LastTimestamp)
	if news.Count <= there.Count && !later {
		return false
	}
	if later {
		there.Count, there.LastTimestamp = there.Count+1, news.LastTimestamp
	}
	there.Count = max(there.Count, news.Count)
	there.Message, there.Related = news.Message, news.Related
	return true
}

// newEvent is e, which is bounded, about its owner.
func newEvent(e Event, instance string, now time.Time) *corev1.Event {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(e.id())) // never fails
	if !e.At.IsZero() {
		now = e.At
	}
	return &corev1.Event{
		ObjectMeta:          metav1.ObjectMeta{Namespace: e.Namespace, Name: fmt.Sprintf("softstop-%x", hash.Sum64())},
		FirstTimestamp:      metav1.NewTime(now),
		LastTimestamp:       metav1.NewTime(now),
		Count:               int32(max(e.Count, 1)), // far below its limit
		Source:              corev1.EventSource{Component: Component},
		ReportingController: Controller, ReportingInstance: instance,
		Action: e.Action, Reason: e.Reason, Type: corev1.EventTypeWarning, Message: e.Note,
		InvolvedObject: corev1.ObjectReference{APIVersion: e.Owner.APIVersion, Kind: e.Owner.Kind, Namespace: e.Namespace, Name: e.Owner.Name, UID: e.Owner.UID},
		Related:        e.Pod,
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
