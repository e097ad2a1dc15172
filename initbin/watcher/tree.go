package watcher

import (
	"syscall"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/proc"
	"github.com/softstop/softstop/initbin/sys"
)

// maxPID is the largest pid_max the kernel takes on 64 bits.
const maxPID = 1 << 22

// descendants has a bit for each descendant of the watcher. It costs no memory until
// the stopper has failed. procText is where files of /proc are read to.
var (
	descendants [maxPID / 64]uint64
	procText    [4096]byte
	procNames   [4096]byte
)

func isDescendant(pid int) bool { return descendants[pid>>6&(maxPID/64-1)]>>(uint(pid)&63)&1 == 1 }
func addDescendant(pid int)     { descendants[pid>>6&(maxPID/64-1)] |= 1 << (uint(pid) & 63) }

// isOurProc reports whether there is a /proc and its pids are those of our own PID
// namespace: with another one's we would look at the wrong processes.
func isOurProc(self int) bool {
	var pid handover.Line
	want := pid.Number(int64(self)).Bytes()
	var name [16]byte
	n := sys.Readlink(sys.Path("/proc/self\x00"), name[:])
	if n != len(want) {
		return false
	}
	for i := range want {
		if name[i&15] != want[i] {
			return false
		}
	}
	return true
}

// signalTree signals every descendant who has not been signalled: what is left of the ladder
// without a stopper.
func (w *watch) signalTree() {
	if !w.findTree() {
		var l handover.Line
		say(l.Text("cannot see the container's processes (no /proc?): only the main process's group is told and killed"))
		if !w.mainSignalled {
			_ = sys.Kill(-w.main, w.end.Told)
		}
		return
	}
	for pid := 2; pid < maxPID; pid++ {
		if descendants[pid>>6] == 0 {
			pid |= 63
			continue
		}
		if !isDescendant(pid) || pid == w.main && w.mainSignalled {
			continue
		}
		signal := w.end.Told
		if status, ok := readStatus(pid); ok && !status.Handles(signal) {
			signal = int(initbin.SIGTERM)
		}
		_ = sys.Kill(pid, signal)
		_ = sys.Kill(pid, int(initbin.SIGCONT))
	}
}

// killTree kills every descendant.
func (w *watch) killTree() {
	if !w.findTree() {
		w.forced = sys.Kill(-w.main, int(initbin.SIGKILL)) == 0 || w.forced
		return
	}
	for pid := 2; pid < maxPID; pid++ {
		if descendants[pid>>6] == 0 {
			pid |= 63
			continue
		}
		if isDescendant(pid) && sys.Kill(pid, int(initbin.SIGKILL)) == 0 {
			w.forced = true
			var l handover.Line
			say(l.Text("killed pid ").Number(int64(pid)).Text(" at the stop timeout"))
		}
	}
}

// mostLooks bounds the looks for one tree. A look finds whole branches whose pids ascend, as those
// of children do until the pids begin anew. Processes that fork without end would have a look find
// somebody new each time, until no pid is left: who slips through is found 100 ms later, when the
// next tree is killed, or ends with PID 1.
const mostLooks = 32

// findTree fills descendants, without the helpers. It reports false when the main
// process should be among them and is not: /proc is missing, or hides others.
func (w *watch) findTree() bool {
	for i := range descendants {
		if descendants[i] != 0 {
			descendants[i] = 0
		}
	}
	addDescendant(w.self)
	for looks := 0; looks < mostLooks && isOurProc(w.self) && w.addChildren(); looks++ {
	}
	return w.end.MainGone || isDescendant(w.main)
}

// addChildren looks once through /proc for children of descendants, and reports
// whether it found new ones.
func (w *watch) addChildren() bool {
	found := false
	all := openNumbers(sys.Path("/proc\x00"))
	for pid := all.next(); pid != 0; pid = all.next() {
		if pid > 1 && pid < maxPID && !isDescendant(pid) && pid != w.stopper.pid && pid != w.relay.pid && pid != w.observer.pid && isDescendant(parentOf(pid)) {
			addDescendant(pid)
			found = true
		}
	}
	return found
}

// numbers are the entries of a folder of /proc whose names are numbers. One folder is read at a time.
type numbers struct {
	folder   uintptr
	at, size int // in procNames
}

// openNumbers opens the folder at the NUL-terminated path p; one that cannot be read is empty.
func openNumbers(p uintptr) numbers {
	return numbers{folder: sys.Open(p, syscall.O_RDONLY|syscall.O_DIRECTORY)}
}

// next returns another number, 0 when there is none left; the folder is closed then.
func (n *numbers) next() int {
	const header = 19 // ino, off, reclen, type
	for {
		if n.at+header >= n.size {
			got := sys.Call(syscall.SYS_GETDENTS64, n.folder, sys.Address(procNames[:]), uintptr(len(procNames)), 0, 0)
			if sys.Errno(got) != 0 || got == 0 {
				n.close()
				return 0
			}
			n.at, n.size = 0, int(got)
		}
		number := 0
		for i := n.at + header; procNames[i] >= '0' && procNames[i] <= '9'; i++ {
			number = number*10 + int(procNames[i]-'0')
		}
		n.at += int(procNames[n.at+16]) | int(procNames[n.at+17])<<8
		if number != 0 {
			return number
		}
	}
}

func (n *numbers) close() {
	if sys.Errno(n.folder) == 0 {
		sys.Close(n.folder)
	}
}

// parentOf returns the parent of pid, 0 if it is unknown, outside or a zombie's.
func parentOf(pid int) int {
	var path handover.Line
	n := sys.ReadFile(sys.Address(path.Text("/proc/").Number(int64(pid)).Text("/stat").CString()), procText[:])
	if n <= 0 {
		return 0
	}
	stat, ok := proc.ParseStat(procText[:n])
	if !ok || stat.State == 'Z' || stat.Parent >= maxPID {
		return 0
	}
	return stat.Parent
}

// readStatus reads what pid does with signals.
func readStatus(pid int) (proc.Status, bool) {
	var path handover.Line
	n := sys.ReadFile(sys.Address(path.Text("/proc/").Number(int64(pid)).Text("/status").CString()), procText[:])
	if n <= 0 {
		return proc.Status{}, false
	}
	return proc.ParseStatus(procText[:n])
}
