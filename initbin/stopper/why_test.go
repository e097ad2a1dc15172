package stopper

import (
	"strings"
	"testing"
	"time"
)

func TestWhySentence(t *testing.T) {
	for want, w := range map[string]why{
		"":                                  {},
		"; it waits for a signal":           {waits: "waits for a signal", long: 999 * time.Millisecond},
		"; it waits for a signal, for 23s":  {waits: "waits for a signal", long: 22900 * time.Millisecond},
		"; it waits for a signal, for 1m2s": {waits: "waits for a signal", long: 62 * time.Second},
	} {
		if got := w.sentence(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := cut(strings.Repeat("é", 1000)); len(got) > 400 {
		t.Errorf("%d bytes", len(got))
	}
}

// TestRests: a process has rested since its own thread was last seen to have run.
func TestRests(t *testing.T) {
	s := stop{}
	p := &process{}
	p.PID, p.Switches = 7, 3
	look := &tree{all: map[int]*process{7: p}}
	s.noteRest(look)
	first := s.rests[p.id()]
	s.noteRest(look)
	if s.rests[p.id()] != first {
		t.Error("it has not run, and its rest began anew")
	}
	p.Switches++
	s.noteRest(look)
	if s.rests[p.id()] == first {
		t.Error("it has run, and rests as before")
	}
}

func TestHasRoom(t *testing.T) {
	const v2, v1 = "/sys/fs/cgroup/memory.", "/sys/fs/cgroup/memory/memory."
	for name, c := range map[string]struct {
		files map[string]string
		want  bool
	}{
		"no cgroup":              {nil, true},
		"v2, no limit":           {map[string]string{v2 + "max": "max\n", v2 + "current": "1\n"}, true},
		"v2, room":               {map[string]string{v2 + "max": "41943040\n", v2 + "current": "20971520\n"}, true},
		"v2, none":               {map[string]string{v2 + "max": "41943040\n", v2 + "current": "41943040\n", v2 + "stat": "anon 1\ninactive_file 4096\nactive_file 8388608\n"}, false},
		"v2, room among files":   {map[string]string{v2 + "max": "41943040\n", v2 + "current": "41943040\n", v2 + "stat": "inactive_file 8388608\nactive_file 4096\n"}, true},
		"v1, none":               {map[string]string{v1 + "limit_in_bytes": "41943040\n", v1 + "usage_in_bytes": "41000000\n"}, false},
		"v1, no limit":           {map[string]string{v1 + "limit_in_bytes": "9223372036854771712\n", v1 + "usage_in_bytes": "41000000\n"}, true},
		"what cannot be read":    {map[string]string{v2 + "max": "", v2 + "current": "x"}, true},
		"statistics of nonsense": {map[string]string{v2 + "max": "41943040", v2 + "current": "1", v2 + "stat": "inactive_file\nx\n"}, true},
	} {
		if got := hasRoom(func(path string) string { return c.files[path] }); got != c.want {
			t.Errorf("%s: room is %v", name, got)
		}
	}
}
