package await

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A condition that comes late is waited for, however late.
func TestLate(t *testing.T) {
	looks := 0
	True(t, "the third look", func() bool { looks++; return looks == 3 })
	if looks != 3 {
		t.Errorf("looked %d times", looks)
	}
	late := make(chan int)
	go func() { late <- 7 }()
	if got := Next(t, "a number", late); got != 7 {
		t.Errorf("got %d", got)
	}
}

// One that never comes is given up when the time is over, with the last that was seen of it.
func TestNever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour) //nolint:forbidigo // of the fake clock
		defer cancel()
		last := errors.New("the last")
		if err := poll(ctx, func() error { return last }); !errors.Is(err, last) || ctx.Err() == nil {
			t.Errorf("got %v with the time being %v", err, ctx.Err())
		}
	})
}

// Whoever waits in vain leaves room before the deadline, and never waits for what is past.
func TestLastMoment(t *testing.T) {
	now := time.Unix(1000, 0)
	for left, want := range map[time.Duration]time.Duration{
		10 * time.Minute: 10*time.Minute - room, 20 * time.Second: 10 * time.Second, -time.Second: -time.Second,
	} {
		if got := lastMoment(now, now.Add(left)).Sub(now); got != want {
			t.Errorf("%s before the deadline: %s are waited, want %s", left, got, want)
		}
	}
}
