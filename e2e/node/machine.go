//go:build linux

package node

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// nodePackages are what the node takes from Debian: runc (it needs C libraries), the CNI plugins, and what kube-proxy and the
// boot call.
func nodePackages() []string {
	return []string{"runc", "containernetworking-plugins", "nftables", "iptables", "conntrack", "iproute2", "mount", "util-linux"}
}

func checkMachine() error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("not root: %w", ErrMachine)
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("no apt-get: %w", ErrMachine)
	}
	return nil
}

// InstallPackages installs those of Debian's packages that are missing, without starting any service of theirs.
//
// It does not stop when ctx ends: a dpkg killed half-way leaves a machine that somebody has to repair.
func InstallPackages(ctx context.Context, progress io.Writer, names ...string) error {
	missing := missingPackages(names)
	if len(missing) == 0 {
		return nil
	}
	fmt.Fprintln(progress, "installing Debian packages: "+strings.Join(missing, " "))
	for _, args := range [][]string{
		{"update", "-qq"},
		append([]string{"install", "-y", "-qq", "--no-install-recommends"}, missing...),
	} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := aptGet(args); err != nil {
			return err
		}
	}
	return nil
}

func aptGet(args []string) error {
	cmd := exec.Command("apt-get", args...)
	// RUNLEVEL=1 makes invoke-rc.d leave services alone: the node starts its own.
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get %s: %w\n%s", strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

func missingPackages(names []string) []string {
	var missing []string
	for _, name := range names {
		out, err := exec.Command("dpkg-query", "-W", "-f=${Status}", name).Output()
		if err != nil || !strings.HasSuffix(string(out), " installed") {
			missing = append(missing, name)
		}
	}
	return missing
}
