package processtest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// runInit runs the init as a plain program and returns its output and exit code.
func runInit(t *testing.T, program string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(program, args...)
	var out, say strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &say
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("run %s %q: %v", program, args, err)
	}
	return out.String(), say.String(), cmd.ProcessState.ExitCode()
}

// TestWhatIsSaidIsClean: what is wrong with a command line, and a program that is not there, are
// said without what a terminal or a log would take for more than a name.
func TestWhatIsSaidIsClean(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		const evil = "/no\n\x1b[2J\u202e\u009bend"
		for _, words := range [][]string{{"--" + evil, "--", "true"}, {"sleep", evil}, {"install", evil}, {"--", evil}} {
			_, stderr, code := runInit(t, b.path, words...)
			if code == 0 || !strings.Contains(stderr, "/no?") || !strings.Contains(stderr, "end") || strings.ContainsAny(stderr, "\x1b\u202e\u009b") {
				t.Errorf("%q: exit code %d, said %q", words, code, stderr)
			}
		}
	})
}

func TestCommandLine(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		for _, c := range []struct {
			line           string
			code           int
			stdout, stderr string // contained; empty: nothing
		}{
			{"--version", 0, "softstop-init devel\n", ""},
			{"--help", 0, "--stop-timeout DURATION", ""},
			{"", 2, "", "-- and a command must follow the flags"},
			{"true", 2, "", "true is not a flag of softstop-init; put -- before the command"},
			{"--", 2, "", "a command must follow --"},
			{"--drain=soon -- true", 2, "", "--drain=soon must be a duration from 0 to 24h, such as 5s or 1m30s"},
			{"--signal-target=none -- true", 2, "", "--signal-target=none must be auto, main, group or all"},
			{"--stop-signal=SIGKILL -- true", 2, "", "--stop-signal=SIGKILL must be"},
			{"--ok-exit-codes=1;2 -- true", 2, "", "--ok-exit-codes=1;2 must be exit codes from 0 to 255"},
			{"--report=x -- true", 2, "", "--report=x must be an absolute path"},
			{"--no-such-flag=1 -- true", 2, "", "--no-such-flag=1 is not a flag"},
			{"sleep", 2, "", "sleep takes exactly one argument"},
			{"sleep long", 2, "", "long must be a duration"},
			{"sleep 10ms", 0, "", ""},
			{"install", 2, "", "install takes exactly one argument"},
			{"install /no/such/folder", 1, "", "no such file"},
			{"-- true", 0, "", ""},
			{"-- false", 1, "", ""},
		} {
			stdout, stderr, code := runInit(t, b.path, strings.Fields(c.line)...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) ||
				c.stdout == "" && stdout != "" || c.stderr == "" && stderr != "" {
				t.Errorf("%q: exit code %d, want %d\nstdout: %s\nstderr: %s", c.line, code, c.code, stdout, stderr)
			}
		}
	})
}

// sleep can be told to end.
func TestSleepEndsWhenTold(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		began := time.Now()
		_, _, code := runInit(t, b.path, "sleep", "300ms")
		if took := time.Since(began); code != 0 || took < 300*time.Millisecond { //nolint:forbidigo // at least so long: no machine is too slow for that
			t.Errorf("sleep 300ms ended with %d after %s", code, took)
		}
	})
}

// install leaves one whole program that runs, however often it is called.
func TestInstall(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		folder := t.TempDir()
		done := make(chan error)
		const installers = 4
		for range installers {
			go func() { done <- exec.Command(b.path, "install", folder).Run() }()
		}
		for range installers {
			if err := <-done; err != nil {
				t.Errorf("install: %v", err)
			}
		}
		entries, err := os.ReadDir(folder)
		if err != nil || len(entries) != 1 || entries[0].Name() != "softstop-init" {
			t.Fatalf("the carrier holds %v (%v), want softstop-init alone", entries, err)
		}
		info, err := entries[0].Info()
		if err != nil || info.Mode() != 0o555 {
			t.Errorf("its mode is %v (%v), want r-xr-xr-x", info.Mode(), err)
		}
		if out, _, code := runInit(t, filepath.Join(folder, "softstop-init"), "--version"); code != 0 || !strings.HasPrefix(out, "softstop-init ") {
			t.Errorf("the copy says %q and ends with %d", out, code)
		}
	})
}

// A carrier that does not let programs run, or cannot be written, is named.
func TestInstallNamesABadCarrier(t *testing.T) {
	eachBuild(t, func(t *testing.T, b build) {
		folder := t.TempDir()
		for _, c := range []struct {
			name  string
			flags uintptr
			says  string
		}{
			{"noexec", unix.MS_NOEXEC, "mounted noexec"},
			{"read-only", unix.MS_RDONLY, "read-only file system"},
			{"small", 0, "no space left on device"},
		} {
			path := filepath.Join(folder, c.name)
			if err := os.Mkdir(path, 0o755); err != nil {
				t.Fatal(err)
			}
			size := "size=8m"
			if c.name == "small" {
				size = "size=64k"
			}
			if err := unix.Mount("tmpfs", path, "tmpfs", c.flags, size); err != nil {
				t.Fatalf("mount a tmpfs: %v", err)
			}
			t.Cleanup(func() {
				if err := unix.Unmount(path, 0); err != nil {
					t.Errorf("unmount %s: %v", path, err)
				}
			})
			_, stderr, code := runInit(t, b.path, "install", path)
			if code != 1 || !strings.Contains(stderr, c.says) || !strings.Contains(stderr, path) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("%s: exit code %d, want 1 and one line with %q:\n%s", c.name, code, c.says, stderr)
			}
			if entries, err := os.ReadDir(path); err != nil || len(entries) != 0 {
				t.Errorf("%s: %v is left behind (%v)", c.name, entries, err)
			}
		}
	})
}
