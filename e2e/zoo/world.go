package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// apps are the zoo's own small programs; a container finds them in /zoo.
//
//go:embed apps
var apps embed.FS

// mountWorld makes the container's root folder: the Debian root below, a memory
// filesystem that takes all writes above, device nodes, the case's files, a loopback.
func (c *Cell) mountWorld() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount the cell's /proc: %w", err)
	}
	scratch := c.spec.Scratch
	if err := unix.Mount("zoo", scratch, "tmpfs", 0, "mode=0755"); err != nil {
		return fmt.Errorf("mount a memory filesystem on %q: %w", scratch, err)
	}
	upper, work := filepath.Join(scratch, "upper"), filepath.Join(scratch, "work")
	for _, dir := range []string{upper, work, c.root} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", c.spec.Root, upper, work)
	if err := unix.Mount("overlay", c.root, "overlay", 0, options); err != nil {
		return fmt.Errorf("mount the overlay (%s): %w", options, err)
	}
	return errors.Join(c.mountDevices(), c.mountPrograms(), c.writeFiles(), loopbackUp())
}

// mountDevices fills /dev as a container engine does.
func (c *Cell) mountDevices() error {
	dev := c.path("dev")
	if err := unix.Mount("dev", dev, "tmpfs", unix.MS_NOSUID, "mode=0755"); err != nil {
		return fmt.Errorf("mount /dev: %w", err)
	}
	for name, minor := range map[string]uint32{"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9} {
		path := filepath.Join(dev, name)
		if err := errors.Join(unix.Mknod(path, unix.S_IFCHR, int(unix.Mkdev(1, minor))), os.Chmod(path, 0o666)); err != nil {
			return fmt.Errorf("make /dev/%s: %w", name, err)
		}
	}
	tty := filepath.Join(dev, "tty")
	if err := errors.Join(unix.Mknod(tty, unix.S_IFCHR, int(unix.Mkdev(5, 0))), os.Chmod(tty, 0o666)); err != nil {
		return fmt.Errorf("make /dev/tty: %w", err)
	}
	for _, link := range [][2]string{
		{"/proc/self/fd", "fd"}, {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"}, {"/proc/self/fd/2", "stderr"}, {"pts/ptmx", "ptmx"},
	} {
		if err := os.Symlink(link[0], filepath.Join(dev, link[1])); err != nil {
			return err
		}
	}
	for _, m := range [][3]string{{"pts", "devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5"}, {"shm", "tmpfs", "mode=1777"}} {
		path := filepath.Join(dev, m[0])
		if err := os.Mkdir(path, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(m[1], path, m[1], unix.MS_NOSUID|unix.MS_NOEXEC, m[2]); err != nil {
			return fmt.Errorf("mount /dev/%s: %w", m[0], err)
		}
	}
	return nil
}

// mountPrograms puts softstop's init where the carrier puts it, read-only, and the
// zoo's own programs into /zoo.
func (c *Cell) mountPrograms() error {
	for _, dir := range []string{"softstop", "zoo", "out"} {
		if err := os.Mkdir(c.path(dir), 0o755); err != nil {
			return err
		}
	}
	if err := os.Chmod(c.path("out"), 0o1777); err != nil {
		return err
	}
	if err := fs.WalkDir(apps, "apps", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := apps.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		return writeAll(c.path("zoo/"+entry.Name()), file)
	}); err != nil {
		return fmt.Errorf("write the zoo's programs: %w", err)
	}
	for from, to := range map[string]string{c.spec.GoApp: "/zoo/goapp", c.spec.Registrant: "/zoo/registrant", c.spec.Softstop: initPath, c.spec.SmellBaron: smellBaronPath} {
		if from == "" {
			continue
		}
		if err := bindReadOnly(from, c.path(to)); err != nil {
			return err
		}
	}
	return nil
}

func bindReadOnly(from, to string) error {
	if err := os.WriteFile(to, nil, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("bind %q on %q: %w", from, to, err)
	}
	if err := unix.Mount("", to, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("make %q read-only: %w", to, err)
	}
	return nil
}

// writeFiles writes the case's own files. Through os.Root no absolute link in the
// container's files can lead the zoo's hand to the host's.
func (c *Cell) writeFiles() error {
	root, err := os.OpenRoot(c.root)
	if err != nil {
		return fmt.Errorf("open the container's root: %w", err)
	}
	defer func() { _ = root.Close() }()
	for path, content := range c.Case.Files {
		name, mode := strings.TrimPrefix(path, "/"), fs.FileMode(0o644)
		if strings.HasPrefix(content, "#!") {
			mode = 0o755
		}
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return fmt.Errorf("make the folder of %q: %w", path, err)
		}
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("replace %q: %w", path, err)
		}
		if err := errors.Join(root.WriteFile(name, []byte(content), mode), root.Chmod(name, mode)); err != nil {
			return fmt.Errorf("write %q: %w", path, err)
		}
	}
	return nil
}

// loopbackUp brings lo up in the cell's network namespace.
func loopbackUp() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open a socket for lo: %w", err)
	}
	defer func() { _ = unix.Close(socket) }()
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request); err != nil {
		return fmt.Errorf("bring lo up: %w", err)
	}
	return nil
}
