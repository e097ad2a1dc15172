package serving

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

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
