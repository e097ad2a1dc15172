package lastwords

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/proc"
)

// Printer is how a program's runtime is made to print its stacks to standard output or error.
type Printer struct {
	// Signal does it; 0 if nothing does.
	Signal initbin.Signal
	// Dies says that the program then ends, unless it has a handler of its own for Signal.
	Dies bool
}

// PrinterOf says how pid, which does with signals what status says, is made to print its stacks.
//
// A JVM prints its threads on SIGQUIT and goes on. One with -Xrs does not, and one of OpenJ9
// writes a file that goes with the container. Go prints its goroutines and ends: its runtime
// catches SIGQUIT whatever the program wants, so that nobody can see whether the program has a
// handler of its own. Python's faulthandler prints all threads when the process aborts; it was
// switched on by the application.
//
// Node and .NET offer nothing that is safe: SIGUSR1 opens Node's debugger, --report-on-signal
// writes a file on a signal that may mean anything else; .NET stops in an ordinary way on SIGQUIT, and
// dumps its memory when it aborts.
func PrinterOf(pid int, status proc.Status, over func() bool) Printer {
	quits := status.Catches(int(initbin.SIGQUIT))
	switch {
	case quits && status.CatchesAll():
		if isGo(pid) {
			return Printer{initbin.SIGQUIT, true}
		}
	case quits:
		if maps(pid, "/libjvm.so", over) && !maps(pid, "/libj9vm", over) && !hasWord(pid, "-Xrs") {
			return Printer{initbin.SIGQUIT, false}
		}
	case catchesFaults(status):
		exe, _ := os.Readlink(path(pid, "exe"))
		if strings.HasPrefix(filepath.Base(exe), "python") || maps(pid, "/libpython", over) {
			return Printer{initbin.SIGABRT, true}
		}
	}
	return Printer{}
}

// catchesFaults reports whether a process has handlers for the faults that faulthandler has them
// for, and not for the others: what sends reports of crashes somewhere has those, too.
func catchesFaults(status proc.Status) bool {
	for _, s := range [...]initbin.Signal{initbin.SIGSEGV, initbin.SIGFPE, initbin.SIGABRT, initbin.SIGBUS, initbin.SIGILL} {
		if !status.Catches(int(s)) {
			return false
		}
	}
	return !status.Catches(int(initbin.SIGTRAP)) && !status.Catches(int(initbin.SIGSYS))
}

// maps reports whether pid has mapped a file whose path has part in it.
func maps(pid int, part string, over func() bool) (found bool) {
	read(path(pid, "maps"), over, func(lines []byte) bool {
		found = found || bytes.Contains(lines, []byte(part))
		return !found
	})
	return found
}

// hasWord reports whether a word stands in the command line of pid.
func hasWord(pid int, word string) bool {
	words, _ := os.ReadFile(path(pid, "cmdline"))
	return bytes.Contains(words, []byte("\x00"+word+"\x00"))
}

// isGo reports whether pid's program was made by Go, by the names of its sections: what Go says
// about a build has one of its own, which stripping leaves.
func isGo(pid int) bool {
	file, err := os.Open(path(pid, "exe"))
	if err != nil {
		return false
	}
	defer file.Close()
	// The ELF header of 64 bits: where the headers of sections begin, how many there are, and which
	// of them is that of the names. Then that header: where they are, and their length.
	var header [64]byte
	le := binary.LittleEndian
	if _, err := file.ReadAt(header[:], 0); err != nil || !bytes.HasPrefix(header[:], []byte("\x7fELF\x02\x01")) {
		return false
	}
	at := int64(le.Uint64(header[40:])) + int64(le.Uint16(header[62:]))*int64(le.Uint16(header[58:]))
	if _, err := file.ReadAt(header[:], at); err != nil {
		return false
	}
	const most = 64 << 10
	names := make([]byte, min(le.Uint64(header[32:]), most))
	n, err := file.ReadAt(names, int64(le.Uint64(header[24:])))
	return (err == nil || errors.Is(err, io.EOF)) && bytes.Contains(names[:n], []byte("\x00.go.buildinfo\x00"))
}
