package serving

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// MaxReview is the largest review that is read, in bytes. An API server takes objects of
// up to 3 MiB, and a review may have an object before and after the change; the rest of
// it is small.
const MaxReview = 7 << 20

// Limit lets no larger review through. Its pod is admitted as it is, with a warning, as
// with any other error of ours. What is no review of an API server's is answered 413.
func Limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if 0 <= r.ContentLength && r.ContentLength < MaxReview { // the API server always says how long
			next.ServeHTTP(w, r)
			return
		}
		uid, err := uidOf(json.NewDecoder(io.LimitReader(r.Body, 1<<10)))
		if err != nil || r.ContentLength < 0 {
			http.Error(w, "the review must say its length and have less than 7 MiB", http.StatusRequestEntityTooLarge)
			return
		}
		// Who is still sending does not hear the answer.
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 4*MaxReview))
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(admissionv1.AdmissionReview{
			TypeMeta: metav1.TypeMeta{APIVersion: admissionv1.SchemeGroupVersion.String(), Kind: "AdmissionReview"},
			Response: &admissionv1.AdmissionResponse{UID: uid, Allowed: true, Warnings: []string{
				fmt.Sprintf("softstop: the pod is left unchanged: its review has %d bytes, of which softstop reads less than 7 MiB; make the pod smaller", r.ContentLength),
			}},
		})
	})
}

// uidOf reads a review up to its UID, which is the first thing in an API server's request.
func uidOf(review *json.Decoder) (types.UID, error) {
	for last := json.Token(nil); ; {
		token, err := review.Token()
		if err != nil {
			return "", fmt.Errorf("look for the UID of a review: %w", err)
		}
		if uid, is := token.(string); is && last == "uid" {
			return types.UID(uid), nil
		}
		last = token
	}
}

// InTime gives every review a deadline before the API server's own, which comes with
// the request: an answer without the image's command is better than none.
func InTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timeout, err := time.ParseDuration(r.URL.Query().Get("timeout"))
		if err != nil || timeout <= 0 {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), timeout-timeout/4)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Polite asks clients to leave once stop is done: the answer to each request says so,
// with Connection: close in HTTP/1.1 and, by the same header, GOAWAY in HTTP/2. What is
// in flight is finished, and the next request finds another replica. Closing what is
// idle is left to the server's own shutdown.
func Polite(stop context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&politeWriter{ResponseWriter: w, stop: stop}, r)
	})
}

// politeWriter decides when the answer begins, not when the request does: stop may come
// in between.
type politeWriter struct {
	http.ResponseWriter
	stop  context.Context
	begun bool
}

func (w *politeWriter) WriteHeader(code int) {
	if !w.begun && w.stop.Err() != nil {
		w.Header().Set("Connection", "close")
	}
	w.begun = true
	w.ResponseWriter.WriteHeader(code)
}

func (w *politeWriter) Write(data []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(data)
}
