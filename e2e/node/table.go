//go:build linux

package node

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// table knows the boot's own children. One goroutine waits for every process that ends: the first process of a PID namespace also
// inherits orphans, such as containerd's shims, so nobody else may wait (os/exec would lose exit codes to it).
type table struct {
	spec  spec
	mu    sync.Mutex
	procs map[int]*proc
	// ended carries the name of a component that has ended; commands that are meant to end are not in it.
	ended chan string
	// more wakes the reaper after a time without any child.
	more chan struct{}
}

type proc struct {
	name   string
	done   chan struct{}
	status syscall.WaitStatus
}

func newTable(s spec) *table {
	t := &table{spec: s, procs: map[int]*proc{}, ended: make(chan string, 16), more: make(chan struct{}, 1)}
	go t.reap()
	return t
}

// start runs argv with its output at the end of a log named after it.
func (t *table) start(name string, argv []string) (*proc, error) {
	log, err := os.OpenFile(filepath.Join(t.spec.logs(), name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	// Until the process is in the table its end must not be looked up.
	t.mu.Lock()
	defer t.mu.Unlock()
	pid, err := syscall.ForkExec(argv[0], argv, &syscall.ProcAttr{
		Dir: "/", Env: t.env(), Files: []uintptr{null.Fd(), log.Fd(), log.Fd()},
	})
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", strings.Join(argv, " "), err)
	}
	p := &proc{name: name, done: make(chan struct{})}
	t.procs[pid] = p
	t.wake()
	return p, nil
}

// env is what the components see: their own programs first (containerd looks for its shim), and no proxy or token of the machine's.
func (t *table) env() []string {
	path := strings.Join(append(t.spec.Programs, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), ":")
	return []string{"PATH=" + path, "HOME=/root", "TMPDIR=" + t.spec.State + "/tmp"}
}

// reap waits for whatever ends, for as long as the node lives.
func (t *table) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.ECHILD {
			<-t.more
			continue
		}
		if err != nil || pid <= 0 {
			continue
		}
		t.mu.Lock()
		p := t.procs[pid]
		delete(t.procs, pid)
		t.mu.Unlock()
		if p == nil {
			continue
		}
		p.status = status
		close(p.done)
		if !strings.HasPrefix(p.name, "import-") {
			t.ended <- p.name
		}
	}
}

// wake tells reap that there is a child again.
func (t *table) wake() {
	select {
	case t.more <- struct{}{}:
	default:
	}
}
