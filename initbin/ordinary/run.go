package ordinary

import (
	"math"
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
	argv, err := syscall.SlicePtrFromStrings(args)
	if err != nil {
		return fault.Wrap("command line", err)
	}
	envp, err := syscall.SlicePtrFromStrings(env[:last])
	if err != nil {
		return fault.Wrap("environment", err)
	}
	stopCollector()
	growStack()
	tid := syscall.Gettid()
	passSignals(taken(), func(s syscall.Signal) {
		_, _, _ = syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(syscall.Getpid()), uintptr(tid), uintptr(s))
	})
	watcher.Run(len(args), address(argv), address(envp), &watcher.Host{Mask: mask, Wait: wait})
	runtime.KeepAlive(argv) // they are numbers to the watcher
	runtime.KeepAlive(envp)
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
// they would do so when somebody just sends them. Left out are those that are ignored: the
// command inherits that.
func taken() []syscall.Signal {
	var list []syscall.Signal
	for _, s := range [...]syscall.Signal{
		syscall.SIGCHLD, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGTERM, syscall.SIGSTKFLT,
		syscall.SIGILL, syscall.SIGTRAP, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGSEGV, syscall.SIGSYS,
	} {
		if !signal.Ignored(s) {
			list = append(list, s)
		}
	}
	return list
}

// passSignals hands what the runtime takes on to pass, but for the faults. Each signal has a
// channel of its own with room for one, as the kernel keeps one of each: a flood of SIGCHLD
// cannot push a SIGTERM out.
func passSignals(list []syscall.Signal, pass func(syscall.Signal)) {
	for _, s := range list {
		arrived := make(chan os.Signal, 1)
		signal.Notify(arrived, s)
		go func() {
			for range arrived {
				if s == syscall.SIGCHLD || initbin.Forwardable(initbin.Signal(s)) {
					pass(s)
				}
			}
		}()
	}
}

// stopCollector makes sure that nothing moves from here on: the collector would shrink the
// stack, which the watcher has the addresses of. An application's GOMEMLIMIT would start it
// again, and a cycle that has begun must end.
func stopCollector() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(math.MaxInt64)
	runtime.GC()
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

// address returns where a NULL-terminated array of C strings is.
func address(list []*byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(list))) }
