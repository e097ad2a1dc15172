package stopper

import (
	"os"
	"slices"
	"syscall"

	"github.com/softstop/softstop/initbin/quiet"
	"github.com/softstop/softstop/initbin/sockets"
)

// observe waits until the drain may end.
func (s *stop) observe() error { return quiet.Observe(s.options, s.task.Asked, s.looker.owned) }

// owned looks which of the wanted sockets the container's processes have.
func (l looker) owned(wanted []uint64) (o quiet.Owned) {
	processes, err := l.list()
	if err != nil {
		return quiet.Owned{Hidden: []uint32{uint32(os.Getuid())}}
	}
	for _, p := range newTree(processes, l.watcher, l.main, isStopper).all {
		if p.State == 'Z' {
			continue
		}
		if len(o.Inodes) == len(wanted) {
			break
		}
		if !socketsOf(p.PID, wanted, &o) {
			var info syscall.Stat_t
			if syscall.Stat(file(p.PID, ""), &info) == nil && !slices.Contains(o.Hidden, info.Uid) {
				o.Hidden = append(o.Hidden, info.Uid)
			}
		}
	}
	return o
}

// socketsOf adds those of the wanted sockets that pid has; false if its descriptors cannot be read. They
// are read some at a time: a server may have a hundred thousand.
func socketsOf(pid int, wanted []uint64, o *quiet.Owned) bool {
	dir, err := os.Open(file(pid, "fd"))
	if err != nil {
		return os.IsNotExist(err)
	}
	defer dir.Close()
	const some = 256
	for {
		names, err := dir.Readdirnames(some)
		for _, name := range names {
			target, err := os.Readlink(file(pid, "fd/"+name))
			if os.IsPermission(err) {
				return false
			}
			inode, ok := sockets.Inode(target)
			if ok && slices.Contains(wanted, inode) && !slices.Contains(o.Inodes, inode) {
				o.Inodes = append(o.Inodes, inode)
			}
		}
		if err != nil || len(names) == 0 || len(o.Inodes) == len(wanted) {
			return true
		}
	}
}
