package watcher

import (
	"syscall"

	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// kills is what is known of processes of the container that somebody else has killed.
type kills struct {
	base int64 // the cgroup's count when the container began, -1 where there is none
	said int64 // how many of those that the kernel killed since then have been said

	unsaid int   // children that died of a SIGKILL that was not ours, since the last look
	last   int   // the last of them
	looked int64 // when that was
}

// oomKills returns how many processes of the container the kernel has killed for want of memory, as
// its memory cgroup counts them; -1 where that cannot be read.
func oomKills() int64 {
	n := sys.ReadFile(sys.Path("/sys/fs/cgroup/memory.events\x00"), procText[:])
	if n <= 0 {
		n = sys.ReadFile(sys.Path("/sys/fs/cgroup/memory/memory.oom_control\x00"), procText[:])
	}
	if n <= 0 {
		return -1
	}
	return field(n, "oom_kill ")
}

// oomKilled is how many that is since the container began.
func (w *watch) oomKilled() int64 {
	if w.kills.base < 0 {
		return 0
	}
	return max(0, oomKills()-w.kills.base)
}

// noteEnd asks for a look at the cgroup's count when a child has ended: at once, but not twice in
// a second. Those whose parent is another process do not wake us, so that any end is an occasion.
func (w *watch) noteEnd(pid int, foreign bool) {
	if foreign {
		w.kills.unsaid++
		w.kills.last = pid
	}
	if w.lookAt == 0 {
		w.lookAt = max(sys.Now(), w.kills.looked+second)
	}
}

// tellKills says, in one line, who was killed since the last look.
func (w *watch) tellKills() {
	k := &w.kills
	w.lookAt, k.looked = 0, sys.Now()
	var l handover.Line
	total := w.oomKilled()
	switch count := total - k.said; {
	case count > 0:
		l.Text("the kernel killed ").Number(count).Text(" of the container's processes for want of memory (OOM)")
		if k.unsaid > 0 {
			l.Text(", the last pid ").Number(int64(k.last))
		}
		say(l.Text("; ").Number(total).Text(" so far"))
		k.said = total
	case k.unsaid > 0 && k.base < 0:
		l.Text("pid ").Number(int64(k.last))
		if k.unsaid > 1 {
			l.Text(" and ").Number(int64(k.unsaid - 1)).Text(" others")
		}
		say(l.Text(" died of a SIGKILL from somebody unknown"))
	}
	k.unsaid = 0
}

// isKilled reports whether a wait status is that of a process that died of SIGKILL.
func isKilled(status int32) bool { return status&0x7f == int32(syscall.SIGKILL) }
