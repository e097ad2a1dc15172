package debian

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// tool makes a Debian root folder; it is the only thing that Root may install on the host.
const tool = "mmdebstrap"

// Root returns the path of the prepared root folder, building it first where the
// cache has none: several minutes and about 2 GB of disk the first time. What it does
// goes to progress, one line at a time. Two calls at once build it once.
func Root(ctx context.Context, progress io.Writer) (string, error) {
	if os.Geteuid() != 0 {
		return "", errors.New("the Debian root folder needs root: namespaces and chroot")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache folder: %w", err)
	}
	root := filepath.Join(cache, "softstop", "zoo-"+key())
	unlock, err := lock(root + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(root); err == nil {
		return root, nil
	}
	if err := installTool(ctx, progress); err != nil {
		return "", err
	}
	start := time.Now()
	fmt.Fprintf(progress, "making a Debian %s root folder with %d packages in %s (once, some minutes)\n", release, len(packages()), root)
	if err := build(ctx, root, progress); err != nil {
		return "", err
	}
	fmt.Fprintf(progress, "root folder ready after %s\n", time.Since(start).Round(time.Second))
	return root, nil
}

// key changes whenever what Root would build changes.
func key() string {
	sum := sha256.Sum256([]byte(strings.Join(append(bootstrap("ROOT"), runtime.GOARCH), "\x00")))
	return fmt.Sprintf("%x", sum[:6])
}

// lock takes the lock file for this process and returns what releases it.
func lock(path string) (func(), error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("make the cache folder: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_CLOEXEC, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the root folder: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("lock %q: %w", path, err)
	}
	return func() { file.Close() }, nil
}

// npmHook installs Node's launchers in the folder that the bootstrap has just filled.
// The host's certificates go along: its way to the registry may need one of its own.
const npmHook = `certs=/etc/ssl/certs/ca-certificates.crt
[ ! -f $certs ] || cp $certs "$1/tmp/host-certs"
chroot "$1" env NODE_EXTRA_CA_CERTS=/tmp/host-certs npm install --global --no-fund --no-audit --no-update-notifier `

// bootstrap is the command line that fills root.
func bootstrap(root string) []string {
	return []string{
		"unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child",
		tool, "--variant=minbase",
		`--aptopt=APT::Install-Recommends "false"`,
		"--dpkgopt=path-exclude=/usr/share/doc/*",
		"--include=" + strings.Join(packages(), ","),
		"--customize-hook=" + npmHook + strings.Join(nodePackages(), " "),
		release, root,
	}
}

// build fills a folder beside root and renames it when it is complete.
func build(ctx context.Context, root string, progress io.Writer) error {
	partial := root + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return fmt.Errorf("remove the rest of an interrupted build: %w", err)
	}
	if err := run(ctx, progress, bootstrap(partial)...); err != nil {
		return errors.Join(fmt.Errorf("make the Debian root folder: %w", err), os.RemoveAll(partial))
	}
	if err := os.Rename(partial, root); err != nil {
		return fmt.Errorf("put the root folder in place: %w", err)
	}
	return nil
}

// installTool makes sure that the bootstrap tool is there.
func installTool(ctx context.Context, progress io.Writer) error {
	if _, err := exec.LookPath(tool); err == nil {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("%s is missing and this is no Debian to install it on: %w", tool, err)
	}
	for _, line := range [][]string{{"apt-get", "update"}, {"apt-get", "install", "-y", "--no-install-recommends", tool}} {
		if err := run(ctx, progress, line...); err != nil {
			return fmt.Errorf("install %s: %w", tool, err)
		}
	}
	return nil
}

// run runs a command and passes on the lines by which it tells of its progress. Its
// whole output is part of the error.
func run(ctx context.Context, progress io.Writer, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	// unshare --kill-child and apt-get take their own children along.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return err
	}
	var tail []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "I: ") {
			fmt.Fprintln(progress, " ", strings.TrimPrefix(lines.Text(), "I: "))
		}
		if tail = append(tail, lines.Text()); len(tail) > 20 {
			tail = tail[1:]
		}
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w\n%s", argv[0], err, strings.Join(tail, "\n"))
	}
	return nil
}

// Versions names other people's inits in root, as Debian packages them.
func Versions(root string) string {
	out, err := exec.Command("dpkg-query", "--admindir="+filepath.Join(root, "var/lib/dpkg"), "-W", "-f=${Package} ${Version}, ", "tini", "dumb-init", "catatonit").Output()
	if err != nil {
		return "The rivals are Debian's."
	}
	return "The rivals are Debian's: " + strings.TrimSuffix(string(out), ", ") + "."
}
