package serving

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/sync/semaphore"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/webhook/shares"
)

// MaxReview is the largest review that is read, in bytes. An API server takes objects of
// up to 3 MiB, and a review may have an object before and after the change; the rest of
// it is small.
const MaxReview = 7 << 20

const (
	// receiving bounds the bodies that are being received, in bytes, and perSender those of one
	// address: who stalls holds no more than that, and others go on.
	receiving, perSender = 24 << 20, 8 << 20
	// answeringSmall and answeringLarge bound the bodies that are being answered, up to smallBody
	// bytes each and beyond. An answer costs a few times as much as its body, and may wait for a
	// registry: large pods of one tenant do not make the small ones of others wait.
	answeringSmall, answeringLarge, smallBody = 8 << 20, 16 << 20, 128 << 10
	// patienceForRoom is how long a review waits to be received, if it does not itself say how long
	// it has; who waits holds nothing. Each part of a body must arrive within partTime, and the
	// whole within bodyTime: an API server is a neighbour, and sends at once what it sends.
	patienceForRoom, part, partTime, bodyTime = 30 * time.Second, 256 << 10, 5 * time.Second, 15 * time.Second
)

// Bodies receives what is posted, with bounds on how much of it is there at once and on how long a
// client may take to send it. Nobody has shown who they are at that point.
type Bodies struct {
	receiving, small, large *semaphore.Weighted
	senders                 *shares.Shares // by address
	patience                limits
}

// limits are how long a client may take: see the constants of these names.
type limits struct{ room, part, body time.Duration }

// NewBodies returns bounds for one process.
func NewBodies() *Bodies {
	return &Bodies{
		receiving: semaphore.NewWeighted(receiving), senders: shares.New(perSender),
		patience: limits{patienceForRoom, partTime, bodyTime},
		small:    semaphore.NewWeighted(answeringSmall), large: semaphore.NewWeighted(answeringLarge),
	}
}

// Handler answers each body with what answer returns for it. What is too large, too slow, or finds
// no room in time is refused, which the API server takes as it takes a webhook that is away; but
// one that is too large to be read at all is admitted unchanged, if it says whose it is.
func (b *Bodies) Handler(answer func(context.Context, []byte) ([]byte, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength < 0 || r.ContentLength >= MaxReview { // the API server always says how long
			b.tooLarge(w, r)
			return
		}
		body, err := b.receive(w, r)
		if err != nil {
			refuse(w, http.StatusServiceUnavailable, err.Error())
			return
		}
		said, code, err := b.answer(r.Context(), body, answer)
		if err != nil {
			refuse(w, code, err.Error())
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(said) // who is gone hears nothing
	})
}

// arriving is a body that ends with an error if a part of it is late.
type arriving struct {
	control *http.ResponseController
	body    io.Reader
	part    time.Duration
	last    time.Time // when all must be there
}

func (p limits) arriving(w http.ResponseWriter, r *http.Request) *arriving {
	return &arriving{http.NewResponseController(w), r.Body, p.part, time.Now().Add(p.body)}
}

// Read implements io.Reader, for a part at most.
func (a *arriving) Read(p []byte) (int, error) {
	due := time.Now().Add(a.part)
	if due.After(a.last) {
		due = a.last
	}
	if err := a.control.SetReadDeadline(due); err != nil && !errors.Is(err, http.ErrNotSupported) { // as a test's recorder says
		return 0, fmt.Errorf("set a deadline for the body: %w", err)
	}
	n, err := io.ReadFull(a.body, p[:min(len(p), part)])
	if errors.Is(err, io.ErrUnexpectedEOF) && n > 0 {
		err = nil // the end is there next time
	}
	return n, err
}

// done takes the deadline away: the connection may be used again.
func (a *arriving) done() { _ = a.control.SetReadDeadline(time.Time{}) }

// refuse closes the connection, too: what is still to come on it is not wanted.
func refuse(w http.ResponseWriter, code int, why string) {
	w.Header().Set("Connection", "close")
	http.Error(w, why, code)
}

// receive reads a body whose length is known, once there is room for it.
func (b *Bodies) receive(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	size := max(r.ContentLength, 1)
	waiting, cancel := context.WithTimeout(r.Context(), b.patience.room)
	defer cancel()
	release, err := b.senders.Acquire(waiting, hostOf(r.RemoteAddr), size)
	if err != nil {
		return nil, errors.New("this client sends too much at once")
	}
	defer release()
	if err := b.receiving.Acquire(waiting, size); err != nil {
		return nil, errors.New("too much is being received at once")
	}
	defer b.receiving.Release(size)
	from, body := b.patience.arriving(w, r), make([]byte, r.ContentLength)
	if _, err := io.ReadFull(from, body); err != nil {
		return nil, fmt.Errorf("read the body: %w", err)
	}
	from.done()
	return body, nil
}

// answer answers a body, once there is room for that.
func (b *Bodies) answer(ctx context.Context, body []byte, answer func(context.Context, []byte) ([]byte, error)) (said []byte, code int, err error) {
	size, lane := max(int64(len(body)), 1), b.small
	if size > smallBody {
		lane = b.large
	}
	if err := lane.Acquire(ctx, size); err != nil {
		return nil, http.StatusServiceUnavailable, fmt.Errorf("wait for others to be answered: %w", err)
	}
	defer lane.Release(size)
	if said, err = answer(ctx, body); err != nil {
		return nil, http.StatusBadRequest, err
	}
	return said, http.StatusOK, nil
}

// tooLarge admits the pod of a review that is not read, or answers 413 to what is no review of
// an API server's.
func (b *Bodies) tooLarge(w http.ResponseWriter, r *http.Request) {
	from := b.patience.arriving(w, r)
	uid, err := uidOf(json.NewDecoder(io.LimitReader(from, 1<<10)))
	if err != nil || r.ContentLength < 0 {
		refuse(w, http.StatusRequestEntityTooLarge, "the review must say its length and have less than 7 MiB")
		return
	}
	// Who is still sending does not hear the answer.
	_, _ = io.Copy(io.Discard, io.LimitReader(from, 4*MaxReview))
	from.done()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: admissionv1.SchemeGroupVersion.String(), Kind: "AdmissionReview"},
		Response: &admissionv1.AdmissionResponse{UID: uid, Allowed: true, Warnings: []string{
			fmt.Sprintf("softstop: the pod is left unchanged: its review has %d bytes, of which softstop reads less than 7 MiB; make the pod smaller", r.ContentLength),
		}},
	})
}
