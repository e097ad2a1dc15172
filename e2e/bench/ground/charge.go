//go:build linux

package ground

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Charge is what a pod's memory cgroup is charged, in KiB, its containers' included.
type Charge struct {
	// All of it, the kernel's own memory included; anonymous memory; the page cache.
	All, Anonymous, Cache float64
	// Working is All without the page cache that nobody has used of late: what kubectl top calls
	// the pod's memory.
	Working float64
}

// Charged reads the memory cgroup of the pod with this UID.
func (g *Ground) Charged(uid string) (Charge, error) {
	for _, v := range []struct{ pattern, all, anonymous, cache, inactive string }{
		{"/sys/fs/cgroup/memory/softstop-*/kubepods*/*/*" + uid, "memory.usage_in_bytes", "total_rss", "total_cache", "total_inactive_file"},
		{"/sys/fs/cgroup/memory/softstop-*/kubepods*/*" + uid, "memory.usage_in_bytes", "total_rss", "total_cache", "total_inactive_file"},
		{"/sys/fs/cgroup/softstop-*/kubepods*/*/*" + uid, "memory.current", "anon", "file", "inactive_file"},
		{"/sys/fs/cgroup/softstop-*/kubepods*/*" + uid, "memory.current", "anon", "file", "inactive_file"},
	} {
		found, err := filepath.Glob(v.pattern)
		if err != nil || len(found) != 1 {
			continue
		}
		all, err := os.ReadFile(filepath.Join(found[0], v.all))
		if err != nil {
			return Charge{}, fmt.Errorf("read what the pod is charged: %w", err)
		}
		bytes, err := strconv.ParseFloat(strings.TrimSpace(string(all)), 64)
		if err != nil {
			return Charge{}, fmt.Errorf("read %s of %s: %w", v.all, found[0], err)
		}
		stat, err := statistics(filepath.Join(found[0], "memory.stat"))
		if err != nil {
			return Charge{}, err
		}
		return Charge{
			All: bytes / 1024, Anonymous: stat[v.anonymous] / 1024, Cache: stat[v.cache] / 1024, Working: (bytes - stat[v.inactive]) / 1024,
		}, nil
	}
	return Charge{}, fmt.Errorf("find the memory cgroup of the pod %s", uid)
}

// statistics reads a file of lines NAME NUMBER.
func statistics(file string) (map[string]float64, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found := map[string]float64{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			found[name] = n
		}
	}
	return found, lines.Err()
}
