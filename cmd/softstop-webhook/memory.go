package main

import "strconv"

// memoryLimit returns what the garbage collector is to keep below, in bytes: nine tenths of
// container, the container's memory limit in bytes; false if there is none, or if own, which is
// GOMEMLIMIT, says it. The rest is for what is no heap of Go's, and for what is allocated while the
// collector runs.
func memoryLimit(container, own string) (bytes int64, ok bool) {
	n, err := strconv.ParseInt(container, 10, 64)
	if err != nil || n <= 0 || own != "" {
		return 0, false
	}
	return n / 10 * 9, true
}
