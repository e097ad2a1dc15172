package figures

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Machine names what a run was made on: kernel, architecture, processors and the version of Go.
func Machine() string {
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		release = []byte("?")
	}
	return fmt.Sprintf("Linux %s, %s, %d processors, %s", strings.TrimSpace(string(release)), runtime.GOARCH, runtime.NumCPU(), runtime.Version())
}
