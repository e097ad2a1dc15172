package stopper

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/softstop/softstop/initbin/proc"
)

// startsShell reports whether a command line that the init was given starts a shell: by its
// name, or as the interpreter of a script. watcher is the init, whose PATH it was found by.
func startsShell(command []string, watcher int) bool {
	name := command[0]
	if proc.IsShell([]byte(name)) {
		return true
	}
	if strings.Contains(name, "/") {
		return isShellScript(name)
	}
	environment, _ := os.ReadFile(file(watcher, "environ"))
	for entry := range bytes.SplitSeq(environment, []byte{0}) {
		path, found := strings.CutPrefix(string(entry), "PATH=")
		if !found {
			continue
		}
		for _, folder := range filepath.SplitList(path) {
			if path := filepath.Join(folder, name); exists(path) {
				return isShellScript(path)
			}
		}
	}
	return false
}

// isShellScript reports whether a file's first line names a shell.
func isShellScript(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	var buffer [128]byte
	n, _ := file.Read(buffer[:])
	line, _, _ := strings.Cut(string(buffer[:n]), "\n")
	interpreter, found := strings.CutPrefix(line, "#!")
	if !found {
		return false
	}
	words := strings.Fields(interpreter)
	if len(words) > 1 && (filepath.Base(words[0]) == "env" || proc.IsMulticall([]byte(words[0]))) {
		words = words[1:]
	}
	return len(words) > 0 && proc.IsShell([]byte(words[0]))
}
