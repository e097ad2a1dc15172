//go:build linux

package ground

import (
	"context"
	_ "embed"
	"encoding/json"
	"io"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/node/image"
	"github.com/softstop/softstop/e2e/node/parts"
)

// The images of the bench itself.
const (
	// Server has the Go HTTP server as /httpserver, and busybox.
	Server = images.Repository + "httpserver:" + images.Tag
	// Nginx is Debian's nginx as the official image has it: its own command, and SIGQUIT as its stop signal.
	Nginx = images.Repository + "nginx:" + images.Tag
	// Noop has a webhook that does nothing as /noop.
	Noop = images.Repository + "noop:" + images.Tag
)

//go:embed nginx.conf
var nginxConf string

// nginx is the image's configuration but for its files.
func nginx() image.Image {
	page := string(make([]byte, 16<<10))
	return image.Image{
		Name: Nginx, Entrypoint: []string{"nginx"}, Cmd: []string{"-c", "/etc/bench.conf"}, StopSignal: "SIGQUIT",
		Files: []image.File{
			{Text: nginxConf, To: "/etc/bench.conf", Mode: 0o644},
			{Text: page, To: "/srv/page", Mode: 0o644},
			{Text: "root:x:0:0:root:/:/bin/sh\n", To: "/etc/passwd", Mode: 0o644},
			{Text: "root:x:0:\n", To: "/etc/group", Mode: 0o644},
			{To: "/var/lib/nginx/.keep", Mode: 0o644},
			{To: "/var/log/nginx/.keep", Mode: 0o644},
		},
	}
}

// nginxRuns is what nginx's image runs, for the chart's value config.images: its pods leave their command to the image, and no registry
// has it.
func nginxRuns() (string, error) {
	n := nginx()
	b, err := json.Marshal(map[string]any{
		n.Name: map[string]any{"entrypoint": n.Entrypoint, "cmd": n.Cmd, "stopSignal": n.StopSignal},
	})
	return string(b), err
}

// benchImages makes the bench's images and returns their archives.
func benchImages(ctx context.Context, progress io.Writer) ([]string, error) {
	archive, err := images.Debian(ctx, nginx(), progress, "nginx-light")
	if err != nil {
		return nil, err
	}
	archives := []string{archive}
	for _, i := range []struct{ program, name string }{{"httpserver", Server}, {"noop", Noop}} {
		file, err := parts.Own(ctx, "e2e/bench/"+i.program)
		if err != nil {
			return nil, err
		}
		archive, err := images.Pack(i.program+".tar", image.Image{
			Name: i.name, Files: append(images.Busybox(), image.File{From: file, To: "/" + i.program}), Cmd: []string{"/" + i.program},
		})
		if err != nil {
			return nil, err
		}
		archives = append(archives, archive)
	}
	return archives, nil
}
