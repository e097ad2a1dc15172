package stopper

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/softstop/softstop/initbin/lastwords"
)

const (
	// askTime is how long before the stop timeout it is asked what those wait for who are left,
	// or an eighth of a short timeout; askEnd is how long before it nobody is asked anything more.
	askTime = time.Second
	askEnd  = 50 * time.Millisecond
	// askMemory is what asking may take at a memory limit, in bytes: it is what is given up first.
	askMemory = 8 << 20
)

// why is what a process that is left waits for, and for how long at least: 0 if that is not known.
type why struct {
	waits string
	long  time.Duration
}

// rest is since when a process's own thread has not run.
type rest struct {
	switches uint64
	since    time.Duration
}

// noteRest keeps since when each process has not run, as far as that was seen.
func (s *stop) noteRest(t *tree) {
	if s.rests == nil {
		s.rests = map[identity]rest{}
	}
	for _, p := range t.all {
		if r, seen := s.rests[p.id()]; !seen || r.switches != p.Switches {
			s.rests[p.id()] = rest{p.Switches, s.now()}
		}
	}
}

// askAt is when to ask.
func askAt(timeout time.Duration) time.Duration { return timeout - min(askTime, timeout/8) }

// ask finds out what those wait for who are left, as many as a report has room for. It is over at
// end, however little it has found.
func (s *stop) ask(t *tree, end time.Duration) {
	s.report.whys = map[identity]why{}
	if !hasRoom(readFile) {
		return
	}
	list := t.byAge()
	l := lastwords.Looker{
		Children: func(pid int) (list []int) {
			if p := t.all[pid]; p != nil {
				for _, child := range p.children {
					list = append(list, child.PID)
				}
			}
			return list
		},
		Name: func(pid int) string {
			if p := t.all[pid]; p != nil {
				return p.who()
			}
			return "pid " + itoa(pid)
		},
		Over: func() bool { return s.now() >= end },
		Unix: readUnix,
	}
	for _, p := range list {
		l.PIDs = append(l.PIDs, p.PID)
	}
	for _, p := range list[:min(len(list), maxReported)] {
		words := l.Of(p.PID)
		if words.Waits == "" {
			return
		}
		w := why{waits: cut(clean(words.Waits))}
		if r := s.rests[p.id()]; words.Thread == p.PID && r.switches == p.Switches && p.Switches != 0 {
			w.long = s.now() - r.since
		}
		s.report.whys[p.id()] = w
	}
	s.report.remain(t)
}

// sentence says it, to stand behind what was done to the process.
func (w why) sentence() string {
	switch {
	case w.waits == "":
		return ""
	case w.long >= time.Second:
		return "; it " + w.waits + ", for " + w.long.Round(time.Second).String()
	}
	return "; it " + w.waits
}

// cut bounds what a report says of one process.
func cut(text string) string {
	const limit = 160
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

// hasRoom reports whether the container's memory limit, if there is one, is far enough away.
func hasRoom(read func(path string) string) bool {
	const v2, v1 = "/sys/fs/cgroup/memory.", "/sys/fs/cgroup/memory/memory."
	for _, files := range [...][3]string{
		{v2 + "max", v2 + "current", v2 + "stat"},
		{v1 + "limit_in_bytes", v1 + "usage_in_bytes", v1 + "stat"},
	} {
		limit, err1 := strconv.ParseInt(strings.TrimSpace(read(files[0])), 10, 64)
		used, err2 := strconv.ParseInt(strings.TrimSpace(read(files[1])), 10, 64)
		if err1 != nil || err2 != nil {
			continue
		}
		// What is kept of files that nobody has used again the kernel gives back first.
		for line := range strings.Lines(read(files[2])) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			if n, err := strconv.ParseInt(value, 10, 64); err == nil && name == "inactive_file" {
				used -= n
			}
		}
		if limit-used < askMemory {
			return false
		}
	}
	return true
}

// oomKills is how many processes of the container the kernel has killed for want of memory, as its
// memory cgroup counts them; 0 where that cannot be read.
func oomKills(read func(path string) string) int64 {
	for _, name := range [...]string{"/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"} {
		for line := range strings.Lines(read(name)) {
			if value, is := strings.CutPrefix(strings.TrimSpace(line), "oom_kill "); is {
				n, _ := strconv.ParseInt(value, 10, 64)
				return n
			}
		}
	}
	return 0
}

func readFile(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}
