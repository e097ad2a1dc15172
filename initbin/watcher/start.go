package watcher

import (
	"syscall"
	"unsafe"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// entry is the program's first instruction when it is linked with -E (entry_*.s).
func entry()

// maxFlagWords is how many words of the command line are looked at for flags and
// their "--". There are a dozen flags; a longer prelude goes to the ordinary program.
const maxFlagWords = 32

// start runs on the stack the kernel made: sp points at argc, argv and envp. It
// returns when the command line is not that of a run, or is wrong: the ordinary
// program does the rest and says what is wrong.
func start(sp uintptr) {
	argc := int(sys.Load(sp))
	argv := sp + unsafe.Sizeof(sp)
	Run(argc, argv, argv+uintptr(argc+1)*unsafe.Sizeof(sp), nil)
}

// Host is a Go runtime that the watcher runs in, where there is one.
type Host struct {
	// Mask is the signal mask the command is to have.
	Mask uint64
	// Wait makes a system call that may block and returns what sys.Call would.
	Wait func(number, a, b, c, d, e uintptr) uintptr
}

// Run supervises the command of a run's command line and never returns; or it returns
// because argc and argv, the kernel's or copies in its form, are not those of a run.
// host is nil where there is no Go runtime.
func Run(argc int, argv, envp uintptr, host *Host) {
	if argc < 2 || handover.IsStopper(sys.CString(sys.Load(argv))) {
		return
	}
	var w watch
	w.argv, w.envp, w.host = argv, envp, host
	all := ^uint64(0)
	sys.Call(syscall.SYS_RT_SIGPROCMASK, sigSetmask, uintptr(unsafe.Pointer(&all)), uintptr(unsafe.Pointer(&w.mask)), 8, 0)
	if !w.parse(argc) {
		sys.Call(syscall.SYS_RT_SIGPROCMASK, sigSetmask, uintptr(unsafe.Pointer(&w.mask)), 0, 8, 0)
		return
	}
	if host != nil {
		w.mask = host.Mask
	}
	w.begin()
	if host == nil {
		releaseProgram(envp)
	}
	for {
		w.turn()
	}
}

const sigSetmask = 2

// parse reads the flags. It reports false when this is no run.
func (w *watch) parse(argc int) bool {
	var words [maxFlagWords]struct {
		data uintptr
		len  int
	}
	count := 0
	for i := 1; i < argc && count < maxFlagWords; i++ {
		word := sys.CString(sys.Load(w.argv + uintptr(i)*unsafe.Sizeof(w.argv)))
		words[count].data, words[count].len = sys.Path(word), len(word)
		count++
	}
	list := struct {
		data     uintptr
		len, cap int
	}{uintptr(unsafe.Pointer(&words)), count, count}
	o, command, problem := initbin.Parse(*(*[]string)(unsafe.Pointer(&list)))
	if problem.Reason != "" {
		return false
	}
	w.command = 1 + command
	if len(o.Report) > 0 {
		w.report = sys.Path(o.Report) // the end of a word, and so NUL-terminated
		w.reports = true
	}
	w.drain, w.maxDrain, w.timeout = int64(o.Drain), int64(o.MaxDrain), int64(o.StopTimeout)
	w.stopSignal, w.target, w.end.OK = o.StopSignal, o.SignalTarget, o.OKExitCodes
	return true
}

// releaseProgram gives back the pages of the program that only the start needed: idle, a
// few of them are enough. envp is where the kernel put the environment; what follows it
// leads to the program's headers, see getauxval(3).
func releaseProgram(envp uintptr) {
	const word = unsafe.Sizeof(envp)
	at := envp
	for sys.Load(at) != 0 {
		at += word
	}
	var headers, size, count uintptr
	for at += word; sys.Load(at) != 0; at += 2 * word {
		switch sys.Load(at) {
		case 3: // AT_PHDR
			headers = sys.Load(at + word)
		case 4: // AT_PHENT
			size = sys.Load(at + word)
		case 5: // AT_PHNUM
			count = sys.Load(at + word)
		}
	}
	// From the last to the first, which holds the headers themselves.
	for ; count > 0; count-- {
		// The 64-bit ELF header: type and flags, offset, address, physical, file, memory.
		header := headers + (count-1)*size
		kind, from, length := sys.Load(header), sys.Load(header+16), sys.Load(header+40)
		const loadable, flags, writable = 1, 32, 2
		if kind&0xffffffff != loadable || kind>>flags&writable != 0 {
			continue
		}
		from, length = from&^4095, length+from&4095
		sys.Call(syscall.SYS_MADVISE, from, length, syscall.MADV_DONTNEED, 0, 0)
		if from <= headers && headers < from+length {
			return
		}
	}
}
