package watcher

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/softstop/softstop/initbin/sys"
)

// statV2 is all that a kernel 6.x writes for a container, in its order.
const statV2 = `anon 39845888
file 1458176
kernel 638976
kernel_stack 49152
pagetables 155648
sec_pagetables 0
percpu 1440
sock 0
vmalloc 0
shmem 0
zswap 0
zswapped 0
file_mapped 1216512
file_dirty 0
file_writeback 0
swapcached 0
anon_thp 0
file_thp 0
shmem_thp 0
inactive_anon 39841792
active_anon 4096
inactive_file 1048576
active_file 409600
unevictable 0
slab_reclaimable 262144
slab_unreclaimable 137216
slab 399360
workingset_refault_anon 0
workingset_refault_file 12
workingset_activate_anon 0
workingset_activate_file 0
workingset_restore_anon 0
workingset_restore_file 0
workingset_nodereclaim 0
pgdemote_kswapd 0
pgdemote_direct 0
pgdemote_khugepaged 0
pgpromote_success 0
pgscan 3184
pgsteal 2910
pgscan_kswapd 0
pgscan_direct 3184
pgscan_khugepaged 0
pgsteal_kswapd 0
pgsteal_direct 2910
pgsteal_khugepaged 0
pgfault 18302
pgmajfault 31
pgrefill 411
pgactivate 501
pgdeactivate 411
pglazyfree 0
pglazyfreed 0
swpin_zero 0
swpout_zero 0
zswpin 0
zswpout 0
zswpwb 0
thp_fault_alloc 0
thp_collapse_alloc 0
thp_swpout 0
thp_swpout_fallback 0
`

// TestIsFull: what is kept of files and was not used again does not count, with the files of both
// versions of cgroups.
func TestIsFull(t *testing.T) {
	const v2 = "anon 1\nfile 9999\nkernel 1\ninactive_anon 7340032\nactive_anon 5\ninactive_file 2097152\nactive_file 1048576\nunevictable 0\n"
	const v1 = "cache 9\ninactive_file 1048576\nactive_file 99999999\nhierarchical_memory_limit 9\ntotal_inactive_file 99999999\ntotal_active_file 99999999\n"
	for name, c := range map[string]struct {
		limit, usage, stat string
		want               bool
	}{
		"v2, room":                {"41943040\n", "20971520\n", v2, false},
		"v2, room among files":    {"41943040\n", "41943040\n", v2, false},
		"v2, no room":             {"41943040\n", "41943040\n", "anon 41943040\ninactive_file 4096\nactive_file 8388608\n", true},
		"v2, 1 MiB of files":      {"41943040\n", "41943040\n", statV2, true},
		"v2, and 1 MiB more":      {"41943040\n", "40894464\n", statV2, false},
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
