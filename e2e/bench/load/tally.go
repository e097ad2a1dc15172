//go:build linux

package load

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
)

// Kind is how a request ended.
type Kind string

// The kinds of failures, and OK.
const (
	OK        Kind = "ok"
	Refused   Kind = "refused"
	Reset     Kind = "reset"
	Truncated Kind = "truncated"
	Status    Kind = "5xx"
	Timeout   Kind = "timeout"
	Other     Kind = "other"
)

// Failures are the kinds that are failures, in the order of tables.
func Failures() []Kind { return []Kind{Refused, Reset, Truncated, Status, Timeout, Other} }

// kindOf tells how a request ended from what net/http returned; started says whether an answer had
// begun.
func kindOf(err error, status int, started bool) Kind {
	switch {
	case err == nil && status == http.StatusOK:
		return OK
	case err == nil && status >= http.StatusInternalServerError:
		return Status
	case err == nil:
		return Other
	case os.IsTimeout(err):
		return Timeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case started:
		return Truncated
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Reset
	}
	return Other
}

// Tally counts one target's requests by the second in which they started.
type Tally struct {
	// Name is the target's.
	Name string
	// Seconds are the counts by kind; the first second is the plan's first.
	Seconds []map[Kind]int
	// Again counts kept connections that were found closed: the request was then sent once more.
	Again int
	// Example is the first failure of each kind, in the client's words.
	Example map[Kind]string

	mu sync.Mutex
}

func (t *Tally) note(at time.Duration, kind Kind, again bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	second := int(at / time.Second)
	for len(t.Seconds) <= second {
		t.Seconds = append(t.Seconds, map[Kind]int{})
	}
	t.Seconds[second][kind]++
	if again {
		t.Again++
	}
	if _, seen := t.Example[kind]; !seen && err != nil {
		t.Example[kind] = err.Error()
	}
}

// Total is the number of requests of one kind.
func (t *Tally) Total(kind Kind) int {
	n := 0
	for _, second := range t.Seconds {
		n += second[kind]
	}
	return n
}

// Failed is the number of requests that failed, Asked that of all.
func (t *Tally) Failed() int {
	n := 0
	for _, kind := range Failures() {
		n += t.Total(kind)
	}
	return n
}

// Asked is the number of requests.
func (t *Tally) Asked() int { return t.Total(OK) + t.Failed() }
