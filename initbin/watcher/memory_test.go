package watcher

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/softstop/softstop/initbin/sys"
)

// TestIsFull: what is kept of files does not count, with the files of both versions of cgroups.
func TestIsFull(t *testing.T) {
	const v2 = "anon 1\nfile 9999\nkernel 1\ninactive_anon 7340032\nactive_anon 5\ninactive_file 1048576\nactive_file 1048576\nunevictable 0\n"
	const v1 = "cache 9\ninactive_file 0\nactive_file 1048576\nhierarchical_memory_limit 9\ntotal_inactive_file 99999999\ntotal_active_file 99999999\n"
	for name, c := range map[string]struct {
		limit, usage, stat string
		want               bool
	}{
		"v2, room":                {"41943040\n", "20971520\n", v2, false},
		"v2, room among files":    {"41943040\n", "41943040\n", v2, false},
		"v2, no room":             {"41943040\n", "41943040\n", "anon 41943040\ninactive_file 4096\nactive_file 0\n", true},
		"v2, no limit":            {"max\n", "41943040\n", v2, false},
		"v1, a little too little": {"41943040\n", "41943040\n", v1, true},
		"v1, just enough":         {"41943040\n", "40894464\n", v1, false},
		"v1, no limit":            {"9223372036854771712\n", "41943040\n", v1, false},
		"no statistics":           {"41943040\n", "41943040\n", "", true},
		"no cgroup":               {"", "", "", false},
	} {
		folder := t.TempDir()
		paths := [3]string{}
		for i, text := range []string{c.limit, c.usage, c.stat} {
			path := filepath.Join(folder, string(rune('a'+i)))
			paths[i] = path + "\x00"
			if text == "" {
				continue
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := isFull(sys.Path(paths[0]), sys.Path(paths[1]), sys.Path(paths[2])); got != c.want {
			t.Errorf("%s: full is %v", name, got)
		}
		runtime.KeepAlive(paths)
	}
}
