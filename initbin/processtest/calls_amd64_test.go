package processtest

import "golang.org/x/sys/unix"

// noProcess are the system calls that start a process.
func noProcess() []uint32 {
	return []uint32{unix.SYS_CLONE, unix.SYS_CLONE3, unix.SYS_FORK, unix.SYS_VFORK}
}
