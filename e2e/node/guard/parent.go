//go:build linux

package guard

import (
	"fmt"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// EndWithParent makes this process receive SIGTERM when the one that started it dies: somebody who kills make, or a shell, means what
// runs below it, too.
func EndWithParent() error {
	asked := make(chan error)
	go func() {
		// The kernel forgets the wish when the thread that made it ends: keep one for it.
		runtime.LockOSThread()
		asked <- unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGTERM), 0, 0, 0)
		select {}
	}()
	if err := <-asked; err != nil {
		return fmt.Errorf("ask for a signal at the parent's death: %w", err)
	}
	return nil
}
