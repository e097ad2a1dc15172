package gate

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const entry = "github.com/softstop/softstop/initbin/watcher.entry.abi0"

// The sizes that the project promises, in bytes.
const (
	maxSize       = 2_250_000
	maxCompressed = 1_100_000
)

// compile builds the init for an architecture and returns the file.
func compile(t *testing.T, arch string, env ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "softstop-init")
	cmd := exec.Command("sh", "../../cmd/softstop-init/build.sh", path)
	cmd.Env = append(append(os.Environ(), "GOOS=linux", "GOARCH="+arch), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build for %s: %v\n%s", arch, err, out)
	}
	return path
}

func eachArchitecture(t *testing.T, test func(t *testing.T, arch string)) {
	t.Helper()
	for _, arch := range []string{"amd64", "arm64"} {
		t.Run(arch, func(t *testing.T) { test(t, arch) })
	}
}

// Nothing that is reachable from the program's first instruction is the runtime's, but
// for the check of the stack's size (which never fails: the stack is the kernel's) and
// the jump to where an ordinary program starts.
func TestTheWatcherNeverCallsTheRuntime(t *testing.T) {
	eachArchitecture(t, func(t *testing.T, arch string) {
		calls := disassemble(t, compile(t, arch, "SYMBOLS=1"))
		parents := reach(calls, entry)
		ours := 0
		for name := range parents {
			switch {
			case strings.HasPrefix(name, "github.com/softstop/softstop/initbin"):
				ours++
			case strings.HasPrefix(name, "runtime.morestack"):
			default:
				t.Errorf("the watcher reaches %s: %s", name, path(parents, name))
			}
		}
		// The whole watcher, its parser and its readers of /proc: fewer means that the
		// disassembly was not understood.
		if ours < 40 {
			t.Errorf("only %d functions are reachable from %s", ours, entry)
		}
		for _, name := range []string{"watcher.Run", "watcher.(*watch).turn", "watcher.(*watch).killTree", "initbin.Parse", "proc.ParseStat", "sys.Call.abi0"} {
			if !slices.ContainsFunc(keys(parents), func(p string) bool { return strings.HasSuffix(p, name) }) {
				t.Errorf("%s is not reachable from %s: the call graph is not whole", name, entry)
			}
		}
		// The ordinary part calls the runtime all the time: if that is not seen, nothing is.
		if _, seen := reach(calls, "main.main")["runtime.growslice"]; !seen {
			t.Error("the calls of the ordinary program to the runtime are not seen")
		}
		t.Logf("%d functions of ours are reachable", ours)
	})
}

func keys(m map[string]string) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}

var (
	textLine = regexp.MustCompile(`^TEXT (\S+)\(SB\)`)
	// Whatever names a function: a call, a jump, its address.
	reference = regexp.MustCompile(`\s\$?([^\s,$]+)\(SB\)`)
	// A call through a register. A jump through one is a switch's table: it stays inside.
	indirect = regexp.MustCompile(`\sCALL\s+\S*\(?[A-Z][A-Z0-9]*\)?\s*$`)
)

// disassemble returns for each function of the program those that it names, and
// throughRegister for a call of which the object code does not say whose it is.
func disassemble(t *testing.T, program string) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "tool", "objdump", program).Output()
	if err != nil {
		t.Fatalf("go tool objdump: %v", err)
	}
	calls := map[string][]string{}
	name := ""
	for line := range strings.Lines(string(out)) {
		if m := textLine.FindStringSubmatch(line); m != nil {
			name = m[1]
			calls[name] = nil
		} else if m := reference.FindStringSubmatch(line); m != nil {
			calls[name] = append(calls[name], m[1])
		} else if indirect.MatchString(line) {
			calls[name] = append(calls[name], throughRegister)
		}
	}
	calls[throughRegister] = nil
	return calls
}

// throughRegister stands for a callee that is not known. The watcher has one such call,
// to the Go runtime that it runs in, which is never there when it is entered first.
const throughRegister = "(a call through a register)"

// reach walks from a function to all it can come to, and returns each with whom it was
// found through. The start of the ordinary program is the end of the watcher.
func reach(calls map[string][]string, from string) map[string]string {
	known := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, callee := range calls[queue[0]] {
			_, isFunction := calls[callee]
			_, seen := known[callee]
			hosted := callee == throughRegister && strings.HasSuffix(queue[0], hostedCall)
			if !isFunction || seen || hosted || strings.HasPrefix(callee, "_rt0_") {
				continue
			}
			known[callee] = queue[0]
			if !strings.HasPrefix(callee, "runtime.") {
				queue = append(queue, callee)
			}
		}
	}
	return known
}

// hostedCall is the function that makes that one call.
const hostedCall = "watcher.(*watch).fetch"

// path says how name is reached.
func path(parents map[string]string, name string) string {
	steps := []string{name}
	for p := parents[name]; p != ""; p = parents[p] {
		steps = append(steps, p)
	}
	slices.Reverse(steps)
	return strings.Join(steps, " → ")
}

// The program starts in the watcher, is static, and stays small.
func TestSize(t *testing.T) {
	eachArchitecture(t, func(t *testing.T, arch string) {
		data, err := os.ReadFile(compile(t, arch))
		if err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d bytes, %d compressed", len(data), packed.Len())
		if len(data) > maxSize || packed.Len() > maxCompressed {
			t.Errorf("%d bytes, %d compressed; want at most %d and %d", len(data), packed.Len(), maxSize, maxCompressed)
		}
	})
}

// The init is made of the standard library, golang.org/x/sys and itself.
func TestDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "../../cmd/softstop-init").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 5 {
		t.Fatalf("go list found only %q", packages)
	}
	for _, p := range packages {
		ours := p == "github.com/softstop/softstop/cmd/softstop-init" || p == "github.com/softstop/softstop/initbin" ||
			strings.HasPrefix(p, "github.com/softstop/softstop/initbin/")
		if !ours && !strings.HasPrefix(p, "golang.org/x/sys/") {
			t.Errorf("the init depends on %s", p)
		}
	}
}

// The other architecture's code is vetted, too: assembly is easily wrong there unseen.
func TestVetForBothArchitectures(t *testing.T) {
	eachArchitecture(t, func(t *testing.T, arch string) {
		cmd := exec.Command("go", "vet", "../...", "../../cmd/softstop-init")
		cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Error(fmt.Errorf("go vet for %s: %w\n%s", arch, err, out))
		}
	})
}
