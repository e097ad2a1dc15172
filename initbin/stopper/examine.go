package stopper

import (
	"bytes"
	"os"
	"strings"

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
	p.command, p.title = printable(words), named(p.PID, words)
	first, _, _ := bytes.Cut(words, []byte{0})
	exe, err := os.Readlink(file(p.PID, "exe"))
	if path := []byte(exe); err != nil || proc.IsMulticall(path) {
		// Another user's process, or one program with many names: argv[0] is the
		// interpreter also where a script was started by its name.
		p.shell = proc.IsShell(first) || proc.IsMulticall(first) && isShellApplet(words)
		p.wrapper, p.noticesStops = proc.WrapperKind(first, words), p.shell && !proc.IsMulticall(path)
	} else {
		p.shell, p.wrapper = proc.IsShell(path), proc.WrapperKind(path, words)
		p.noticesStops = p.shell && !proc.IsBlindToStops(path)
	}
	if !p.shell {
		return
	}
	if p.place = placeOf(p.PID); p.place == "" {
		p.State = 'R' // it slept when its state was read, and has been woken since
	}
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

// printable is a command line for --verbose, not too long.
func printable(words []byte) string {
	const limit = 200
	text := clean(strings.ReplaceAll(strings.TrimRight(string(words), "\x00"), "\x00", " "))
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

// isJob looks for the marks of a shell's background job: without job control a shell starts
// one with SIGINT and SIGQUIT ignored. A program that handles or resets both signals loses
// the marks, so their absence says nothing. One that waits for a child in system(3) ignores
// both as well, but its child does not.
func isJob(p, parent *process) bool {
	if !ignoresBoth(p) || ignoresBoth(parent) {
		return false
	}
	for _, child := range p.children {
		if ignoresBoth(child) {
			return true
		}
	}
	return len(p.children) == 0
}

func ignoresBoth(p *process) bool {
	return p.Ignores(int(initbin.SIGINT)) && p.Ignores(int(initbin.SIGQUIT))
}

// placeOf says where a shell sits in the kernel, "" while it is not there. Of another user's
// it may not be shown.
func placeOf(pid int) string {
	const hidden = "?"
	text, err := os.ReadFile(file(pid, "syscall"))
	fields := strings.Fields(string(text))
	switch {
	case err != nil:
		return hidden
	case len(fields) < 3:
		return "" // "running"
	}
	return fields[0] + " " + fields[len(fields)-2]
}
