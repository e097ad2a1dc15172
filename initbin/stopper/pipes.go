package stopper

import (
	"os"
	"syscall"
)

// pipes are read ends that are kept open when their reader is signalled. It may be
// gone before those that print to it: without a reader they would die of SIGPIPE in the
// middle of their cleanup.
type pipes struct {
	kept map[string]int // descriptors, by pipe
}

// keep opens a read end of its own for every pipe that p reads.
func (k *pipes) keep(p *process) {
	for name, fd := range p.reads {
		k.open(name, file(p.PID, "fd/"+fd))
	}
}

func (k *pipes) open(name, path string) {
	if _, ok := k.kept[name]; ok {
		return
	}
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return // another user's, or gone already: it stays as it would be without us
	}
	if k.kept == nil {
		k.kept = map[string]int{}
	}
	k.kept[name] = fd
}

// drain passes what is in pipes without a reader on to the container's standard output,
// so that writers do not wait for ever and their last words are not lost.
func (k *pipes) drain(t *tree) {
	read := map[string]bool{}
	for _, p := range t.all {
		for name := range p.reads {
			read[name] = true
		}
	}
	var buffer [16 << 10]byte
	for name, fd := range k.kept {
		for !read[name] {
			n, err := syscall.Read(fd, buffer[:])
			if n <= 0 || err != nil {
				break
			}
			_, _ = os.Stdout.Write(buffer[:n])
		}
	}
}
