package install

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"github.com/softstop/softstop/initbin"
)

// Install copies the running program to dir/softstop-init and runs the copy to prove
// that the volume lets programs run. An error names what was tried on what.
func Install(dir string) error {
	target := dir + "/" + initbin.Name
	temporary := dir + "/." + initbin.Name + "." + strconv.Itoa(os.Getpid())
	defer os.Remove(temporary)
	if err := copyTo(temporary); err != nil {
		return err
	}
	if err := prove(temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, target); err != nil {
		return fmt.Errorf("install: %w", err)
	}
	return nil
}

// copyTo writes the running program to path, executable by everyone and writable by
// nobody.
func copyTo(path string) error {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("install: read this program: %w", err)
	}
	defer self.Close()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	_, err = io.Copy(file, self)
	// The mode is set by hand because a umask may have taken bits away.
	if err = errors.Join(err, file.Chmod(0o555), file.Close()); err != nil {
		return fmt.Errorf("install: copy this program to %s: %w", path, err)
	}
	return nil
}

// prove runs program --version and expects success.
func prove(program string) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("install: %w", err)
	}
	defer null.Close()
	pid, err := syscall.ForkExec(program, []string{initbin.Name, "--version"},
		&syscall.ProcAttr{Files: []uintptr{null.Fd(), null.Fd(), 2}})
	if errors.Is(err, syscall.EACCES) {
		return fmt.Errorf("install: %s cannot be executed: the volume is mounted noexec; "+
			"softstop needs a carrier volume that allows programs (annotation softstop.dev/carrier)", program)
	}
	if err != nil {
		return fmt.Errorf("install: run %s: %w", program, err)
	}
	var status syscall.WaitStatus
	if _, err = syscall.Wait4(pid, &status, 0, nil); err != nil {
		return fmt.Errorf("install: wait for %s: %w", program, err)
	}
	if status != 0 {
		return fmt.Errorf("install: %s does not work there: wait status %#x", program, uint32(status))
	}
	return nil
}
