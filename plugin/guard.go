package plugin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

const (
	// beat is how often the child says that it is well, patience how long the guard waits to hear
	// it: together with what the runtime takes to notice less than a second.
	beat     = 150 * time.Millisecond
	patience = 700 * time.Millisecond
	// pulse is the child's descriptor to say it on; lives and works are what it says.
	pulse = 3
	lives = '.'
	works = '+'
)

// Guard runs what command returns, which must call Beat, and kills it when it hangs. A plugin that worked
// and ended by itself is started again at once, and told says why it ended; one that never worked is an
// error. Guard passes stop on as a SIGTERM, and returns when the child has ended: nil if it was asked to
// and did.
func Guard(stop context.Context, command func() *exec.Cmd, told func(error)) error {
	for {
		worked, err := guard(stop, command())
		if stop.Err() != nil || !worked {
			return err
		}
		told(err)
	}
}

// guard is Guard for one child.
func guard(stop context.Context, command *exec.Cmd) (worked bool, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return false, fmt.Errorf("make a pipe to the plugin: %w", err)
	}
	defer r.Close()
	command.ExtraFiles = []*os.File{w} // descriptor 3, pulse
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err = command.Start()
	w.Close()
	if err != nil {
		return false, fmt.Errorf("start the plugin: %w", err)
	}
	defer context.AfterFunc(stop, func() { _ = command.Process.Signal(syscall.SIGTERM) })() // it may be gone
	var heard pulses
	listened := make(chan struct{})
	go func() {
		defer close(listened)
		heard = listen(r)
		_ = command.Process.Kill() // it may be gone
	}()
	err = command.Wait()
	r.Close()
	<-listened
	switch {
	case heard.stopped:
		err = errors.New("the plugin hung, and was killed")
	case err != nil:
		err = fmt.Errorf("the plugin: %w", err)
	case stop.Err() == nil:
		err = errors.New("the plugin ended by itself")
	}
	return heard.worked, err
}

// pulses are what a child has said: that it worked once, and nothing for too long while it was there.
type pulses struct{ worked, stopped bool }

// listen returns when nothing has come for too long, or when the other end is closed. The first word may
// take its time: the program has to start.
func listen(r *os.File) (heard pulses) {
	for buffer := make([]byte, 64); ; {
		n, err := r.Read(buffer)
		if err != nil {
			heard.stopped = errors.Is(err, os.ErrDeadlineExceeded)
			return heard
		}
		heard.worked = heard.worked || slices.Contains(buffer[:n], works)
		if err := r.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return heard
		}
	}
}

// Beat tells the guard that the program is well, until ctx is done, and whether it works. ready is asked
// each time: what keeps it from an answer keeps the guard from hearing of us.
func Beat(ctx context.Context, ready func() bool) {
	w := os.NewFile(pulse, "pulse")
	defer w.Close()
	for tick := time.NewTicker(beat); ; {
		word := byte(lives)
		if ready() {
			word = works
		}
		_, _ = w.Write([]byte{word}) // a guard that is gone has taken us with it
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
