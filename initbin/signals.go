package initbin

import "strconv"

// Signal is a Linux signal number, 1 to 64. It is not syscall.Signal because the
// people's CLI writes command lines on systems whose numbers differ.
type Signal int

// The signals this module names. Their numbers are the same on every Linux
// architecture that Kubernetes runs on; see signal(7).
const (
	SIGHUP   Signal = 1
	SIGINT   Signal = 2
	SIGQUIT  Signal = 3
	SIGILL   Signal = 4
	SIGTRAP  Signal = 5
	SIGABRT  Signal = 6
	SIGBUS   Signal = 7
	SIGFPE   Signal = 8
	SIGKILL  Signal = 9
	SIGUSR1  Signal = 10
	SIGSEGV  Signal = 11
	SIGUSR2  Signal = 12
	SIGPIPE  Signal = 13
	SIGTERM  Signal = 15
	SIGCHLD  Signal = 17
	SIGCONT  Signal = 18
	SIGSTOP  Signal = 19
	SIGTSTP  Signal = 20
	SIGTTIN  Signal = 21
	SIGTTOU  Signal = 22
	SIGURG   Signal = 23
	SIGWINCH Signal = 28
	SIGSYS   Signal = 31

	sigRTMin Signal = 34 // the C library keeps 32 and 33 for itself
	sigRTMax Signal = 64
)

// signalNames are the names of signals 1 to 31 without SIG, by number.
var signalNames = [32]string{
	"", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
	"STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
}

// Name returns TERM for SIGTERM, and nothing for signals beyond 31, which have no names of their
// own. It is free of runtime calls.
func (s Signal) Name() string {
	if s <= 0 || int(s) >= len(signalNames) {
		return ""
	}
	return signalNames[s]
}

// String returns the signal's name as Kubernetes writes it: SIGTERM, SIGRTMIN+3,
// SIGRTMAX-1.
func (s Signal) String() string {
	switch {
	case s > 0 && s < 32:
		return "SIG" + signalNames[s]
	case s == sigRTMin:
		return "SIGRTMIN"
	case s == sigRTMax:
		return "SIGRTMAX"
	case s > sigRTMin && s <= sigRTMin+15:
		return "SIGRTMIN+" + strconv.Itoa(int(s-sigRTMin))
	case s > sigRTMin && s < sigRTMax:
		return "SIGRTMAX-" + strconv.Itoa(int(sigRTMax-s))
	}
	return "signal " + strconv.Itoa(int(s))
}

// Stoppable reports whether an application can be told s as its stop signal: every
// signal that a process may catch and that is not a fault or the kernel's own notice.
func (s Signal) Stoppable() bool {
	return Forwardable(s) && s != SIGCONT
}

// Forwardable reports whether the init passes s on when it receives it. It keeps to
// itself what the kernel or the Go runtime sends for other reasons (CHLD, URG, PIPE,
// TTIN, TTOU and the synchronous faults), what cannot be caught (KILL, STOP) and what
// the C library uses inside a process (32, 33).
func Forwardable(s Signal) bool {
	switch s {
	case SIGKILL, SIGSTOP, SIGCHLD, SIGURG, SIGPIPE, SIGTTIN, SIGTTOU,
		SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, 32, 33:
		return false
	default:
		return s > 0 && s <= sigRTMax
	}
}

// ParseSignal reads SIGTERM, TERM, 15, SIGRTMIN+3 or SIGRTMAX-1, in upper or lower
// case. The second result is false when word means no signal. It is free of runtime
// calls.
func ParseSignal(word string) (Signal, bool) {
	if n, ok := parseUint(word, int(sigRTMax)); ok {
		return Signal(n), n != 0
	}
	word = withoutPrefix(word, "SIG")
	for n := 1; n < len(signalNames); n++ {
		if sameLetters(word, signalNames[n]) {
			return Signal(n), true
		}
	}
	if rest := withoutPrefix(word, "RTMIN"); len(rest) < len(word) {
		n, ok := parseOffset(rest, '+')
		return sigRTMin + Signal(n), ok
	}
	if rest := withoutPrefix(word, "RTMAX"); len(rest) < len(word) {
		n, ok := parseOffset(rest, '-')
		return sigRTMax - Signal(n), ok
	}
	return 0, false
}

// parseOffset reads what may follow RTMIN or RTMAX: nothing, or sign and a number
// that stays within the real-time signals.
func parseOffset(rest string, sign byte) (int, bool) {
	if len(rest) == 0 {
		return 0, true
	}
	if rest[0] != sign {
		return 0, false
	}
	return parseUint(rest[1:], int(sigRTMax-sigRTMin))
}
