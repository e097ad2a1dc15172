package stopper

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/proc"
)

// examine fills in what p does with signals, what it is and what it is connected to.
func examine(p *process) {
	if text, err := os.ReadFile(file(p.PID, "status")); err == nil {
		p.Status, _ = proc.ParseStatus(text)
	}
	if p.sigwait = inSigwait(p.PID); p.sigwait {
		p.Blocked |= ^p.Ignored
	}
	words, _ := os.ReadFile(file(p.PID, "cmdline"))
	p.command = printable(words)
	first, _, _ := bytes.Cut(words, []byte{0})
	exe, err := os.Readlink(file(p.PID, "exe"))
	if path := []byte(exe); err != nil || proc.IsMulticall(path) {
		// Another user's process, or one program with many names: argv[0] is the
		// interpreter also where a script was started by its name.
		p.shell = proc.IsShell(first) || proc.IsMulticall(first) && isShellApplet(words)
		p.wrapper = proc.WrapperKind(first, words)
	} else {
		p.shell, p.wrapper = proc.IsShell(path), proc.WrapperKind(path, words)
	}
	p.stdin, p.stdout, p.stderr = pipe(p.PID, "0"), pipe(p.PID, "1"), pipe(p.PID, "2")
}

// inSigwait reports whether pid waits in sigtimedwait(2), as tini does: meanwhile the
// kernel shows the signals that it waits for as neither blocked nor caught.
func inSigwait(pid int) bool {
	text, _ := os.ReadFile(file(pid, "wchan"))
	return strings.Contains(string(text), "sigtimedwait")
}

// isShellApplet reports whether a command line reads busybox sh or the like.
func isShellApplet(words []byte) bool {
	parts := bytes.SplitN(words, []byte{0}, 3)
	return len(parts) > 1 && proc.IsShell(parts[1])
}

// printable is a command line for people, on one line and not too long.
func printable(words []byte) string {
	const limit = 200
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(strings.TrimRight(string(words), "\x00"), "?"))
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

// pipe names the pipe or FIFO behind a descriptor, "" for anything else.
func pipe(pid int, fd string) string {
	var info syscall.Stat_t
	if err := syscall.Stat(file(pid, "fd/"+fd), &info); err != nil || info.Mode&syscall.S_IFMT != syscall.S_IFIFO {
		return ""
	}
	return strconv.FormatUint(info.Dev, 10) + ":" + strconv.FormatUint(info.Ino, 10)
}

// readPipes returns those of pipes that pid reads, with the descriptors, but for its
// standard input.
func readPipes(pid int, pipes map[string]bool) map[string]string {
	fds, err := readNames(file(pid, "fd"))
	if err != nil {
		return nil
	}
	found := map[string]string{}
	for _, fd := range fds {
		if name := pipe(pid, fd); pipes[name] && fd != "0" && isReadOnly(pid, fd) {
			found[name] = fd
		}
	}
	return found
}

// isReadOnly reports whether a descriptor was opened for reading only.
func isReadOnly(pid int, fd string) bool {
	text, err := os.ReadFile(file(pid, "fdinfo/"+fd))
	_, flags, found := strings.Cut(string(text), "flags:\t")
	flags, _, _ = strings.Cut(flags, "\n")
	octal, err2 := strconv.ParseUint(flags, 8, 64)
	return err == nil && found && err2 == nil && octal&syscall.O_ACCMODE == syscall.O_RDONLY
}

// isBackground looks for the traces of a background job of its parent, a shell.
// Without job control a shell starts one with SIGINT and SIGQUIT ignored, and with
// /dev/null as its standard input, opened anew; a program that handles both signals
// erases the first trace only.
func isBackground(p, parent *process) bool {
	for _, signal := range [...]int{int(initbin.SIGINT), int(initbin.SIGQUIT)} {
		if p.Ignores(signal) && !parent.Ignores(signal) {
			return true
		}
	}
	target, err := os.Readlink(file(p.PID, "fd/0"))
	if err != nil || target != os.DevNull {
		return false
	}
	own, err1 := os.ReadFile(file(p.PID, "fdinfo/0"))
	parents, err2 := os.ReadFile(file(p.Parent, "fdinfo/0"))
	return err1 == nil && err2 == nil && !bytes.Equal(own, parents)
}

// placeOf says where a shell sits in the kernel, and whether that is its wait builtin for
// certain: dash and busybox wait for children in another system call there.
func placeOf(pid int) (where string, inWait bool) {
	text, err := os.ReadFile(file(pid, "syscall"))
	if err != nil {
		text, _ = os.ReadFile(file(pid, "wchan"))
		return string(text), strings.Contains(string(text), "sigsuspend")
	}
	fields := strings.Fields(string(text))
	if len(fields) < 3 {
		return string(text), false
	}
	return fields[0] + " " + fields[len(fields)-2], fields[0] == strconv.Itoa(syscall.SYS_RT_SIGSUSPEND)
}
