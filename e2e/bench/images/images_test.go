//go:build linux

package images

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// TestRun serves three images and looks up the last, by its tag, as the webhook does.
func TestRun(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	plan, err := json.Marshal(Plan{Addresses: []string{address}, Images: 3})
	if err != nil {
		t.Fatal(err)
	}
	hold, release := io.Pipe()
	var out bytes.Buffer
	ended := make(chan error, 1)
	go func() { ended <- Run(io.MultiReader(bytes.NewReader(plan), hold), &out) }()
	tag, err := name.NewTag(Name(address, 2), name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	head, err := remote.Head(tag)
	for tick := time.NewTicker(10 * time.Millisecond); err != nil; head, err = remote.Head(tag) {
		select {
		case <-tick.C:
		case failed := <-ended:
			t.Fatal(failed)
		}
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
	release.Close()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	var asked Asked
	if err := json.Unmarshal(out.Bytes(), &asked); err != nil || asked.Tags < 1 || asked.Manifests != 1 || asked.Blobs != 1 {
		t.Errorf("it was asked %+v (%v)", asked, err)
	}
}
