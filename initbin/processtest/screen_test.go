package processtest

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/softstop/softstop/e2e/await"
)

// screen collects what processes print.
type screen struct {
	mu      sync.Mutex
	text    strings.Builder
	changed chan struct{} // closed and replaced with every change
	ended   bool
}

func newScreen(file *os.File) *screen {
	s := &screen{changed: make(chan struct{})}
	go func() {
		defer file.Close()
		buffer := make([]byte, 64<<10)
		for {
			n, err := file.Read(buffer)
			s.mu.Lock()
			s.text.Write(buffer[:n])
			s.ended = err != nil
			close(s.changed)
			s.changed = make(chan struct{})
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return s
}

func (s *screen) String() string {
	text, _, _ := s.now()
	return text
}

func (s *screen) now() (text string, ended bool, changed chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String(), s.ended, s.changed
}

// await waits until the text satisfies ok, described as what.
func (s *screen) await(t testing.TB, what string, ok func(text string) bool) {
	t.Helper()
	gone := await.Context(t).Done()
	for {
		text, ended, changed := s.now()
		switch {
		case ok(text):
			return
		case ended:
			t.Fatalf("the output ended without %s:\n%s", what, text)
		}
		select {
		case <-changed:
		case <-gone:
			t.Fatalf("no %s comes:\n%s", what, text)
		}
	}
}

// see waits for each of the texts.
func (s *screen) see(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		s.seeTimes(t, text, 1)
	}
}

// seeTimes waits until text is there at least n times.
func (s *screen) seeTimes(t testing.TB, text string, n int) {
	t.Helper()
	s.await(t, strings.TrimSpace(text), func(all string) bool { return strings.Count(all, text) >= n })
}

// awaitEnd waits until all who could print have ended.
func (s *screen) awaitEnd(t testing.TB) string {
	t.Helper()
	gone := await.Context(t).Done()
	for {
		text, ended, changed := s.now()
		if ended {
			return text
		}
		select {
		case <-changed:
		case <-gone:
			t.Fatalf("somebody holds the output open:\n%s", text)
		}
	}
}
