package lastwords

import (
	"bytes"
	"os"
)

// mostEntries bounds what is kept of a file that grows with the container: a server may have a
// hundred thousand connections, and there is no memory to spare for them.
const mostEntries = 4096

// read hands a file to take, some whole lines at a time, until it is over, it is time, or take has
// enough. It says whether it came to the end.
func read(name string, over func() bool, take func(lines []byte) bool) bool {
	file, err := os.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	buffer, kept := make([]byte, 32<<10), 0
	for !over() {
		n, err := file.Read(buffer[kept:])
		kept += n
		end := bytes.LastIndexByte(buffer[:kept], '\n') + 1
		if err != nil || n == 0 || end == 0 {
			return take(buffer[:kept])
		}
		if !take(buffer[:end]) {
			return false
		}
		kept = copy(buffer, buffer[end:kept])
	}
	return false
}
