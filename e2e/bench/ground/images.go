//go:build linux

package ground

import (
	"context"
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
	// Nginx is what images.MakeNginx makes: its own command, and SIGQUIT as its stop signal.
	Nginx = images.Repository + "nginx:" + images.Tag
	// Noop has a webhook that does nothing as /noop.
	Noop = images.Repository + "noop:" + images.Tag
)

// nginxRuns is what nginx's image runs, for the chart's value config.images: its pods leave their
// command to the image, and no registry has it.
func nginxRuns() (string, error) {
	b, err := json.Marshal(map[string]any{Nginx: map[string]any{
		"entrypoint": []string{"/docker-entrypoint.sh"}, "cmd": []string{"nginx", "-g", "daemon off;"}, "stopSignal": "SIGQUIT",
	}})
	return string(b), err
}

// benchImages makes the bench's images and returns their archives.
func benchImages(ctx context.Context, progress io.Writer) ([]string, error) {
	archive, err := images.MakeNginx(ctx, progress)
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
