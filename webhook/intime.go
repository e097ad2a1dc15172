package webhook

import (
	"context"
	"net/http"
	"time"
)

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
