//go:build linux

package images

import (
	"net"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// TestServe looks an image up by its tag, as the webhook does, on the second of two addresses.
func TestServe(t *testing.T) {
	var listeners []net.Listener
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners = append(listeners, l)
	}
	r, err := Serve(listeners, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	tag, err := name.NewTag(Name(listeners[1].Addr().String(), 2), name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	head, err := remote.Head(tag)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Digest(2)
	if err != nil || head.Digest.String() != want {
		t.Errorf("digest %s, want %s (%v)", head.Digest, want, err)
	}
	image, err := remote.Image(tag)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil || config.Config.Cmd[1] != "--number=2" {
		t.Errorf("runs %v (%v)", config.Config, err)
	}
	if got := r.Asked(); got != (Asked{Tags: 1, Manifests: 1, Blobs: 1}) {
		t.Errorf("it was asked %+v", got)
	}
}
