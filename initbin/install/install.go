package install

import (
	"errors"
	"io"
	"os"
	"strconv"
	"syscall"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/fault"
)

// Install copies the running program to dir/softstop-init and runs the copy to prove
// that the volume lets programs run. An error names what was tried on what.
func Install(dir string) error {
	target := dir + "/" + initbin.Name
	temporary := dir + "/." + initbin.Name + "." + strconv.Itoa(os.Getpid())
	defer func() { _ = os.Remove(temporary) }() // renamed if all went well
	if err := copyTo(temporary); err != nil {
		return err
	}
	if err := prove(temporary); err != nil {
		return err
	}
	if err := os.Rename(temporary, target); err != nil {
		return fault.Wrap("install", err)
	}
	return nil
}

// copyTo writes the running program to path, executable by everyone and writable by
// nobody.
func copyTo(path string) error {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return fault.Wrap("install: read this program", err)
	}
	defer self.Close()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return fault.Wrap("install", err)
	}
	_, err = io.Copy(file, self)
	// The mode is set by hand because a umask may have taken bits away.
	if err = errors.Join(err, file.Chmod(0o555), file.Close()); err != nil {
		return fault.Wrap("install: copy this program to "+path, err)
	}
	return nil
}

// prove runs program --version and expects success.
func prove(program string) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return fault.Wrap("install", err)
	}
	defer null.Close()
	pid, err := syscall.ForkExec(program, []string{initbin.Name, "--version"},
		&syscall.ProcAttr{Files: []uintptr{null.Fd(), null.Fd(), 2}})
	if errors.Is(err, syscall.EACCES) {
		return fault.New("install: " + program + " cannot be executed: the volume is mounted noexec; " +
			"softstop needs a carrier volume that allows programs (annotation softstop.dev/carrier)")
	}
	if err != nil {
		return fault.Wrap("install: run "+program, err)
	}
	var status syscall.WaitStatus
	if _, err = syscall.Wait4(pid, &status, 0, nil); err != nil {
		return fault.Wrap("install: wait for "+program, err)
	}
	if status != 0 {
		return fault.New("install: " + program + " does not work there: wait status " + strconv.Itoa(int(status)))
	}
	return nil
}
