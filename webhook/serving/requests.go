package serving

import (
	"context"
	"net/http"
	"time"
)

// MaxReview is the largest review that is read, in bytes. An API server takes objects of
// up to 3 MiB, and a review may have an object before and after the change; the rest of
// it is small.
const MaxReview = 7 << 20

// Limit answers larger requests with 413 instead of reading them. Unlike an answer that
// refuses the pod, it leaves the pod to the webhook entry's failurePolicy.
func Limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength < 0 || r.ContentLength >= MaxReview { // the API server always says how long
			http.Error(w, "the review must say its length and have less than 7 MiB", http.StatusRequestEntityTooLarge)
			return
		}
		next.ServeHTTP(w, r)
	})
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
