package processtest

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/softstop/softstop/e2e/pace"
)

// build is one way to build the init.
type build struct {
	name, path  string
	runtimeFree bool
}

// builds are the builds under test, and crowd is the program crowd; TestMain fills them in before
// any test runs.
var (
	builds []build
	crowd  string
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == enterName {
		fmt.Fprintln(os.Stderr, enter(os.Args[2]))
		os.Exit(99)
	}
	runsStuck(os.Args)
	os.Exit(run(m))
}

func run(m *testing.M) int {
	flag.Parse()
	// The tests mostly wait for one another's processes, not for the processor, unless that is
	// slow: then each gets as much of it as elsewhere, or its stopper is late (lookTime of
	// initbin/watcher), and the watcher tells everybody.
	if err := flag.Set("test.parallel", strconv.Itoa(max(1, int(12/pace.Factor())))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if os.Getuid() != 0 || runtime.GOOS != "linux" {
		return m.Run() // every test says why it is skipped
	}
	// Not below TMPDIR's parent with mode 0700: some boxes run as another user.
	folder, err := os.MkdirTemp("", "softstop-processtest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for _, b := range []build{{name: "runtime-free", runtimeFree: true}, {name: "ordinary"}} {
		b.path = filepath.Join(folder, b.name, "softstop-init")
		if err := compile(b); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		builds = append(builds, b)
	}
	crowd = filepath.Join(folder, "crowd")
	cmd := exec.Command("go", "build", "-ldflags=-s -w -E main.entry", "-o", crowd, "./crowd")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the crowd: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// compile builds b with the script that knows the flags.
func compile(b build) error {
	cmd := exec.Command("sh", "../../cmd/softstop-init/build.sh", b.path)
	if !b.runtimeFree {
		cmd.Env = append(os.Environ(), "ORDINARY=1")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the %s init: %w\n%s", b.name, err, out)
	}
	return nil
}

// eachBuild runs test for every build, in parallel with everything else.
func eachBuild(t *testing.T, test func(t *testing.T, b build)) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("the process tests make PID namespaces, which needs root: run them with sudo")
	}
	t.Parallel()
	for _, b := range builds {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			test(t, b)
		})
	}
}

// onlyRuntimeFree skips the rest of a test for the ordinary build.
func onlyRuntimeFree(t *testing.T, b build, because string) {
	t.Helper()
	if !b.runtimeFree {
		t.Skip("the ordinary build: " + because + " (see initbin/ordinary)")
	}
}
