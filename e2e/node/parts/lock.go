//go:build linux

package parts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Lock takes the lock file at path and returns how to give it back; waiting is called once if somebody else holds it. The kernel
// gives the lock back when the process dies, so there is never a stale one.
func Lock(ctx context.Context, path string, waiting func()) (func(), error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	unlock := func() { _ = f.Close() }
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return unlock, nil
	}
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		unlock()
		return nil, fmt.Errorf("lock %q: %w", path, err)
	}
	waiting()
	got := make(chan error, 1)
	go func() { got <- syscall.Flock(int(f.Fd()), syscall.LOCK_EX) }()
	select {
	case err := <-got:
		return unlock, err
	case <-ctx.Done():
		// The goroutine above keeps the file open until the other build ends; the caller is about to leave anyway.
		return nil, ctx.Err()
	}
}
