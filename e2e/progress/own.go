package main

import (
	"os"
	"path/filepath"
	"syscall"
)

// ownFolder is where this repository keeps what it has built on this machine.
func ownFolder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "softstop", "own")
	return folder, os.MkdirAll(folder, 0o755)
}

// alone reports whether nobody else holds the lock; it is held until this process ends.
func alone(path string) bool {
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_CLOEXEC, 0o644)
	if err != nil {
		return true // who cannot know does not warn
	}
	return syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
