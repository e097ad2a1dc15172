//go:build linux

package guard

import (
	"context"
	"os/exec"
	"runtime"
	"syscall"
)

// Tree marks cmd so that the whole tree of processes below it dies with it: cmd becomes the first process of a PID
// namespace of its own. Needs root. Pass the result to Run.
func Tree(cmd *exec.Cmd) *exec.Cmd {
	attr(cmd).Cloneflags |= syscall.CLONE_NEWPID
	return cmd
}

// Mounts is Tree, and also gives the process a mount namespace of its own: what it mounts goes when it goes.
func Mounts(cmd *exec.Cmd) *exec.Cmd {
	// Unshareflags rather than Cloneflags: os/exec then also makes the mounts private, so that nothing spreads back.
	attr(cmd).Unshareflags |= syscall.CLONE_NEWNS
	return Tree(cmd)
}

// Run starts cmd and waits for it. The process is killed when ctx ends, and by the kernel when this process dies first,
// however that happens.
func Run(ctx context.Context, cmd *exec.Cmd) error {
	p, err := Start(ctx, cmd)
	if err != nil {
		return err
	}
	return p.Wait()
}

// Process is a started command.
type Process struct {
	done chan struct{}
	err  error
}

// Wait returns what the command's own Wait returned, or the context's error if that is why it was killed.
func (p *Process) Wait() error {
	<-p.done
	return p.err
}

// Done is closed when the process has ended and all of its output has been copied.
func (p *Process) Done() <-chan struct{} { return p.done }

// Start is Run without the wait.
func Start(ctx context.Context, cmd *exec.Cmd) (*Process, error) {
	a := attr(cmd)
	a.Pdeathsig = syscall.SIGKILL
	// A group of its own: Ctrl-C reaches this process alone, which then ends the children in the order it wants.
	a.Setpgid = true
	p := &Process{done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		// The kernel sends Pdeathsig when the thread that forked ends, not the process: keep the thread.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.done)
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
		p.err = cmd.Wait()
		if !stop() && p.err != nil {
			p.err = ctx.Err()
		}
	}()
	return p, <-started
}

func attr(cmd *exec.Cmd) *syscall.SysProcAttr {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	return cmd.SysProcAttr
}
