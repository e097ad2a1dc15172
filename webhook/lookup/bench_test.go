package lookup_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// BenchmarkBudget is the time of an answer about a registry that hangs, which is the budget
// and what comes on top, and beside it what a bare timer of that length takes.
//
//	go test -run '^$' -bench Budget ./webhook/lookup
func BenchmarkBudget(b *testing.B) {
	const budget = 200 * time.Millisecond
	b.Run("bare timer", func(b *testing.B) {
		for b.Loop() {
			<-time.After(budget) //nolint:forbidigo // what is measured
		}
	})
	b.Run("answer", func(b *testing.B) {
		w := newWorld(b)
		w.misbehave(w.hangs)
		w.settings.Budget = budget
		pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: w.host + "/web:1"}}}}
		for b.Loop() {
			// A finder of its own: none remembers that the host hangs.
			w.finder().Ask(b.Context(), pod, []string{"app"}, nil)
		}
	})
}
