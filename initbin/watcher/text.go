package watcher

import (
	"unsafe"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sys"
)

// say writes one line to the container's standard error. What is not plain ASCII becomes a
// question mark: a name may hold anything, and a terminal or a log must not take it for more.
func say(l *handover.Line) {
	var out handover.Line
	text := l.Bytes()
	for i := range text {
		if text[i] < ' ' || text[i] > '~' {
			text[i] = '?'
		}
	}
	out.Text(initbin.Name).Text(": ").Text(bytesAsString(text)).Text("\n")
	sys.Write(2, out.Bytes())
}

func bytesAsString(b []byte) string { return *(*string)(unsafe.Pointer(&b)) }

func hasPrefix(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := 0; i < len(prefix); i++ {
		if s[i] != prefix[i] {
			return false
		}
	}
	return true
}

func indexByte(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return i
		}
	}
	return -1
}
