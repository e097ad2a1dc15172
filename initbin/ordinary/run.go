package ordinary

import (
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/fault"
	"github.com/softstop/softstop/initbin/watcher"
)

// maskVariable carries the signal mask that the command is to have, in hexadecimal,
// to the program's second start. The command does not see it.
const maskVariable = "SOFTSTOP_SIGNAL_MASK="

// Run runs the command line args, the program's name first, with environment env. It
// returns only if that cannot be begun.
func Run(args, env []string) error {
	runtime.LockOSThread()
	last := len(env) - 1
	if last < 0 || !strings.HasPrefix(env[last], maskVariable) {
		mask := blockAll()
		env = append(env, maskVariable+strconv.FormatUint(mask, 16))
		_ = syscall.Exec("/proc/self/exe", args, env) // without /proc only our name is left
		return fault.Wrap("start again", syscall.Exec(args[0], args, env))
	}
	mask, err := strconv.ParseUint(env[last][len(maskVariable):], 16, 64)
	if err != nil {
		return fault.Wrap("read "+maskVariable, err)
	}
	argv, err := cStrings(args)
	if err != nil {
		return fault.Wrap("command line", err)
	}
	envp, err := cStrings(env[:last])
	if err != nil {
		return fault.Wrap("environment", err)
	}
	// From here on addresses are numbers to the watcher: nothing may move or vanish.
	debug.SetGCPercent(-1)
	growStack()
	go passSignals(taken(), syscall.Gettid())
	watcher.Run(len(args), argv, envp, &watcher.Host{Mask: mask, Wait: wait})
	runtime.KeepAlive(args)
	return fault.New("not a command to run: " + strings.Join(args, " "))
}

// blockAll blocks all signals on this thread and returns those that were blocked.
func blockAll() uint64 {
	var old uint64
	all := ^uint64(0)
	const setMask = 2
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, setMask, uintptr(unsafe.Pointer(&all)), uintptr(unsafe.Pointer(&old)), 8, 0, 0)
	return old
}

// wait makes a system call that may block, with the Go scheduler's knowledge.
func wait(number, a, b, c, d, e uintptr) uintptr {
	r, _, errno := syscall.Syscall6(number, a, b, c, d, e, 0)
	if errno != 0 {
		return -uintptr(errno)
	}
	return r
}

// taken returns the signals that the Go runtime takes although they are blocked: its
// other threads block nothing that would end a program. Faults are among them because
// they would do so when somebody just sends them.
func taken() <-chan os.Signal {
	arrived := make(chan os.Signal, 64)
	for _, s := range [...]os.Signal{
		syscall.SIGCHLD, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGTERM, syscall.SIGSTKFLT,
		syscall.SIGILL, syscall.SIGTRAP, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGSEGV, syscall.SIGSYS,
	} {
		// The command inherits what stays ignored.
		if !signal.Ignored(s) {
			signal.Notify(arrived, s)
		}
	}
	return arrived
}

// passSignals sends what has been taken on to thread tid, whom it was meant for, but for
// the faults.
func passSignals(arrived <-chan os.Signal, tid int) {
	for s := range arrived {
		if number := s.(syscall.Signal); number == syscall.SIGCHLD || initbin.Forwardable(initbin.Signal(number)) {
			_, _, _ = syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(syscall.Getpid()), uintptr(tid), uintptr(number))
		}
	}
}

// growStack makes the goroutine's stack so large that it need not be moved later. With
// the collector off it does not shrink again. The compiler would put a larger array on
// the heap.
//
//go:noinline
func growStack() byte {
	var room [100 << 10]byte
	return room[os.Getpid()&0xff]
}

// cStrings returns the address of a NULL-terminated array of C strings.
func cStrings(list []string) (uintptr, error) {
	pointers, err := syscall.SlicePtrFromStrings(list)
	if err != nil {
		return 0, err
	}
	return uintptr(unsafe.Pointer(unsafe.SliceData(pointers))), nil
}
