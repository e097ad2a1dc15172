//go:build linux

package ground

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/softstop/softstop/e2e/node/guard"
)

// Inside is a command of this very program that runs in the node's network.
type Inside struct {
	name    string
	input   io.WriteCloser
	out     bytes.Buffer
	errs    bytes.Buffer
	process *guard.Process
}

// Begin starts this program once more, with name as its only argument, and sends it plan as JSON.
// It ends when its input does.
func (g *Ground) Begin(ctx context.Context, name string, plan any) (*Inside, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	i := &Inside{name: name}
	cmd := g.Node.Command(self, name)
	cmd.Stdout, cmd.Stderr = &i.out, &i.errs
	if i.input, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if i.process, err = guard.Start(ctx, cmd); err != nil {
		return nil, fmt.Errorf("start %s in the node's network: %w", name, err)
	}
	if err := json.NewEncoder(i.input).Encode(plan); err != nil {
		return nil, errors.Join(fmt.Errorf("tell %s what to do: %w", name, err), i.End(nil))
	}
	return i, nil
}

// End closes the command's input, waits for its end and, where result is not nil, reads what it
// says as JSON.
func (i *Inside) End(result any) error {
	_ = i.input.Close() // it may have gone by itself; Wait says how
	if err := i.process.Wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", i.name, err, bytes.TrimSpace(i.errs.Bytes()))
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(i.out.Bytes(), result); err != nil {
		return fmt.Errorf("read what %s says: %w", i.name, err)
	}
	return nil
}
