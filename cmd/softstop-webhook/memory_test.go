package main

import "testing"

// TestMemoryLimit: the collector knows the container's limit, unless somebody has set its own.
func TestMemoryLimit(t *testing.T) {
	for _, c := range []struct {
		container, own string
		want           int64
		ok             bool
	}{
		{"268435456", "", 241591905, true},
		{"268435456", "100MiB", 0, false},
		{"", "", 0, false},
		{"0", "", 0, false},
		{"256Mi", "", 0, false},
		{"9223372036854775807", "", 8301034833169298220, true},
	} {
		if got, ok := memoryLimit(c.container, c.own); got != c.want || ok != c.ok {
			t.Errorf("of %q and %q: %d, %v", c.container, c.own, got, ok)
		}
	}
}
