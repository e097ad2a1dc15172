package stopper

import (
	"bytes"
	"time"

	"github.com/softstop/softstop/initbin/fault"
	"github.com/softstop/softstop/initbin/handover"

	"golang.org/x/sys/unix"
)

// publishPause is how long a report stands within a phase, at least, and how long nothing is
// written after a signal was sent. Each writing is a moment in which the application must not write
// its own message, and most that write one do so at once when they are signalled.
const publishPause = time.Second

// publish writes the report, if it is news, in place of the one before. A report that cannot be
// written changes nothing.
func (s *stop) publish(phase handover.Phase) {
	r, now := &s.report, s.now()
	if s.options.Report == "" || s.task.Asked == 0 {
		return
	}
	if phase == handover.PhaseStop && (!r.news || now < r.next) {
		return
	}
	m := stage{
		phase: phase, arrived: s.task.Arrived, drained: -1, stopped: now, code: s.ending.Code(),
		oomKilled: s.task.OOMKilled + max(0, oomKills(readFile)-s.oomKills),
	}
	if s.options.Drains() {
		m.drained = time.Duration(s.task.Since - s.task.Asked)
		m.ranges, m.detail = s.options.Ranges(), s.detail
	}
	m.since = time.Now()
	switch phase {
	case handover.PhaseStop:
		m.since = m.since.Add(-now)
	case handover.PhaseKill:
		m.since = m.since.Add(time.Duration(s.task.Deadline - monotonic()))
	case handover.PhaseDrain, handover.PhaseDone:
	}
	r.news, r.next = false, now+publishPause
	if err := r.write(s.options.Report, r.line(m), phase == handover.PhaseDone); err != nil && phase == handover.PhaseDone {
		say(err.Error()) // the stop itself is complete
	}
}

// firstReport is what the watcher has written.
func (s *stop) firstReport() []byte {
	var l handover.Line
	first := s.task.First(s.options.Drains(), s.options.Ranges(), s.detail)
	return l.Report(&first).Bytes()
}

// write writes line to the file at path in place of a report. Anything else that is there is the
// application's own, and stays. At the last, when nobody is left to write, it is made whole again.
func (r *report) write(path string, line []byte, last bool) error {
	const flags = unix.O_RDWR | unix.O_CREAT | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY
	fd, err := unix.Open(path, flags, 0o644)
	if err != nil {
		return fault.Wrap("report", err)
	}
	defer func() { _ = unix.Close(fd) }()
	var old [handover.MaxReport]byte
	n, err := unix.Pread(fd, old[:], 0)
	switch {
	case err == unix.ESPIPE: // a pipe or a terminal: what was written there cannot be replaced
		if last {
			_, err = unix.Write(fd, line)
			return fault.Wrap("report", err)
		}
		return nil
	case err != nil:
		return fault.Wrap("report", err)
	case n > 0 && !handover.IsReport(old[:n]):
		if theirs := theirs(old[:n], r.text); last && len(theirs) < n && n < len(old) {
			return replace(fd, theirs, n)
		}
		return nil
	}
	r.text = line
	return replace(fd, line, n)
}

// replace writes line over a file of old bytes, see handover.Overlay.
func replace(fd int, line []byte, old int) error {
	var page [handover.MaxReport]byte
	size := handover.Overlay(&page, line, old)
	if _, err := unix.Pwrite(fd, page[:size], 0); err != nil || size == len(line) {
		return fault.Wrap("report", err)
	}
	return fault.Wrap("report", unix.Ftruncate(fd, int64(len(line))))
}

// theirs is what of text, all that is in the file, the application has written there since our
// line was: behind it, as one that appends does, or over its beginning, as one does that had the
// file open before.
func theirs(text, ours []byte) []byte {
	if end := bytes.IndexByte(text, '\n') + 1; handover.IsReport(text[:end]) {
		return text[end:]
	}
	end := len(text)
	if end != len(ours) {
		return text
	}
	for end > 0 && text[end-1] == ours[end-1] {
		end--
	}
	const chance = 8 // bytes that may be the same in any two lines of JSON
	if len(text)-end < chance {
		return text
	}
	return text[:end]
}
