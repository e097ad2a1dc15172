//go:build linux

package node

import (
	"encoding/json"
	"io"
	"sync"
)

// event is one line from the keeper or the boot to whoever brings the node up.
type event struct {
	// Step is something for people to read while they wait.
	Step string `json:",omitempty"`
	// Ready says that the node takes pods.
	Ready bool `json:",omitempty"`
	// Error says why the node will not come up, or has gone.
	Error string `json:",omitempty"`
}

// events writes one event a line. A reader that has left is no error: the node outlives the one who started it.
type events struct {
	mu sync.Mutex
	to io.Writer
}

func (e *events) send(ev event) {
	b, err := json.Marshal(ev)
	if err != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_, _ = e.to.Write(append(b, '\n'))
}

func (e *events) step(what string) { e.send(event{Step: what}) }
