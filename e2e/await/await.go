package await

import (
	"context"
	"errors"
	"testing"
	"time"
)

const (
	// room is what a test that has waited in vain leaves to those that clean up.
	room = 30 * time.Second
	// every is how often a condition is looked at.
	every = 2 * time.Millisecond
)

// Context is t's context, which ends shortly before the test run's deadline, too.
func Context(t testing.TB) context.Context {
	t.Helper()
	run, ok := t.(interface{ Deadline() (time.Time, bool) })
	if !ok {
		return t.Context() // a benchmark has no deadline
	}
	deadline, ok := run.Deadline()
	if !ok {
		return t.Context() // -timeout 0
	}
	ctx, cancel := context.WithDeadlineCause(t.Context(), lastMoment(time.Now(), deadline), context.DeadlineExceeded)
	t.Cleanup(cancel)
	return ctx
}

// lastMoment is when who waits gives up: room before the deadline, or, where that is nearly
// past, half of what is left.
func lastMoment(now, deadline time.Time) time.Time {
	return deadline.Add(-min(room, max(0, deadline.Sub(now)/2)))
}

// True waits until ok, looking again and again. It ends the test when that never comes.
func True(t testing.TB, what string, ok func() bool) {
	t.Helper()
	NoError(t, what, func() error {
		if !ok() {
			return errNotYet
		}
		return nil
	})
}

// NoError waits until try has no error, and says the last one if that never comes.
func NoError(t testing.TB, what string, try func() error) {
	t.Helper()
	if err := poll(Context(t), try); err != nil {
		t.Fatalf("waited until the test run is nearly over, and in vain: %s: %v", what, err)
	}
}

// Next waits for a value from a channel, or for its end.
func Next[T any](t testing.TB, what string, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-Context(t).Done():
		t.Fatalf("waited until the test run is nearly over, and in vain: %s", what)
		panic("unreachable")
	}
}

var errNotYet = errors.New("not yet")

// poll tries until there is no error, or until ctx is over: then it returns the last one.
func poll(ctx context.Context, try func() error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}
