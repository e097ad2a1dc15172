//go:build linux

package images

import "github.com/softstop/softstop/e2e/node/image"

// Busybox is a shell and the commands that scripts expect, all links to one static program. Package
// busybox-static has it.
func Busybox() []image.File {
	files := []image.File{{From: "/bin/busybox", To: "/bin/busybox"}}
	for _, name := range []string{
		"sh", "cat", "chmod", "cp", "crond", "date", "echo", "env", "kill", "ls", "mkdir", "nohup", "ps", "rm", "setsid", "sleep", "tee", "true", "wget",
	} {
		files = append(files, image.File{Link: "busybox", To: "/bin/" + name})
	}
	return files
}
