//go:build linux

package node

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// ErrUp says that a node of this name runs already.
var ErrUp = errors.New("a node of this name is up already")

// takeLock takes the node's lock. The kernel keeps it until the holder dies and can tell who that is, so that there are no stale
// pid files.
func takeLock(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the node's lock: %w", err)
	}
	err = syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, wholeFile())
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		err = ErrUp
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// lockHolder returns the process that holds the lock, or 0.
func lockHolder(path string) (int, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("open the node's lock: %w", err)
	}
	defer f.Close()
	l := wholeFile()
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, l); err != nil {
		return 0, fmt.Errorf("ask who holds %q: %w", path, err)
	}
	if l.Type == syscall.F_UNLCK {
		return 0, nil
	}
	return int(l.Pid), nil
}

// waitLock waits until nobody holds the lock.
func waitLock(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		err = syscall.FcntlFlock(f.Fd(), syscall.F_SETLKW, wholeFile())
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func wholeFile() *syscall.Flock_t {
	return &syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
