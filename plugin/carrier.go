package plugin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/containerd/nri/pkg/api"
	"golang.org/x/sys/unix"

	"github.com/softstop/softstop/initbin"
)

// Put writes the init into folder, whole or not at all.
func Put(program []byte, folder string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("put the init into %s: %w", folder, err)
		}
	}()
	f, err := os.CreateTemp(folder, "."+initbin.Name+"-")
	if err != nil {
		return err
	}
	_, err = f.Write(program)
	err = errors.Join(err, f.Chmod(0o555), f.Close(), label(f.Name()))
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(folder, initbin.Name))
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
