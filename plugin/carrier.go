package plugin

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/containerd/nri/pkg/api"
	"golang.org/x/sys/unix"

	"github.com/softstop/softstop/initbin"
)

// Put has the init in folder, whole or not at all, and returns where in it: in a folder that is named by
// the program's digest. One that is there already stays, down to its inode: a runtime refuses to start a
// container for which it is mounting a file that is replaced at that moment.
func Put(program []byte, folder string) (name string, err error) {
	name = filepath.Join(fmt.Sprintf("%x", sha256.Sum256(program))[:16], initbin.Name)
	file := filepath.Join(folder, name)
	if there, err := os.ReadFile(file); err == nil && bytes.Equal(there, program) {
		return name, nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", fmt.Errorf("put the init into %s: %w", folder, err)
	}
	if err := write(program, file); err != nil {
		return "", fmt.Errorf("put the init into %s: %w", folder, err)
	}
	return name, nil
}

// write makes a file that everybody may execute, under its name as soon as it is whole.
func write(program []byte, file string) error {
	f, err := os.CreateTemp(filepath.Dir(file), "."+initbin.Name+"-")
	if err != nil {
		return err
	}
	_, err = f.Write(program)
	err = errors.Join(err, f.Chmod(0o555), f.Close(), label(f.Name()))
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// label lets other containers execute the file where SELinux decides: they do not share the plugin's
// categories.
func label(file string) error {
	if _, err := os.Stat("/sys/fs/selinux/enforce"); err != nil {
		return nil //nolint:nilerr // there is no SELinux
	}
	if err := unix.Setxattr(file, "security.selinux", []byte("system_u:object_r:container_file_t:s0\x00"), 0); err != nil {
		return fmt.Errorf("label it for SELinux: %w", err)
	}
	return nil
}

// onNode returns where on the node the folder is that the plugin's own container sees at folder: the
// runtime has it among the mounts of the pod with this UID. It is empty if the runtime does not know
// the container.
func onNode(pods []*api.PodSandbox, containers []*api.Container, uid, folder string) string {
	ours := map[string]bool{}
	for _, pod := range pods {
		ours[pod.GetId()] = pod.GetUid() == uid
	}
	for _, container := range containers {
		if !ours[container.GetPodSandboxId()] {
			continue
		}
		for _, m := range container.GetMounts() {
			if filepath.Clean(m.GetDestination()) == filepath.Clean(folder) {
				return m.GetSource()
			}
		}
	}
	return ""
}
