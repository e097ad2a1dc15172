//go:build linux

package images

import (
	"context"
	"io"

	"github.com/softstop/softstop/e2e/node/image"
)

// MakeNginx makes an image with Debian's nginx, built as the one that everybody uses is: an
// entrypoint script that execs its arguments, a CMD, and SIGQUIT as the stop signal. It serves
// "hello" on port 8080 and logs to its standard error. It returns the archive.
func MakeNginx(ctx context.Context, progress io.Writer) (string, error) {
	const (
		entrypoint = "#!/bin/sh\necho \"entrypoint runs $*\"\nexec \"$@\"\n"
		conf       = `user root;
pid /tmp/nginx.pid;
error_log /dev/stderr notice;
events {}
http {
	access_log off;
	server {
		listen 8080;
		location / { return 200 "hello\n"; }
	}
}
`
	)
	return Debian(ctx, image.Image{
		Name: Repository + "nginx:" + Tag,
		Files: []image.File{
			{Text: entrypoint, To: "/docker-entrypoint.sh"},
			{Text: conf, To: "/etc/nginx/nginx.conf", Mode: 0o644},
			// Debian makes them when it configures its packages.
			{Text: "root:x:0:0:root:/root:/bin/sh\n", To: "/etc/passwd", Mode: 0o644},
			{Text: "root:x:0:\n", To: "/etc/group", Mode: 0o644},
		},
		Entrypoint: []string{"/docker-entrypoint.sh"}, Cmd: []string{"nginx", "-g", "daemon off;"}, StopSignal: "SIGQUIT",
	}, progress, "nginx", "dash")
}
