//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/softstop/softstop/e2e/faults/load"
)

// journal writes down, for whoever wants to know why, what happened to each pod that did not go the
// usual way, and what the API server said about it.
type journal struct {
	path string
	// apiServer is its log, read is how far it has been read.
	apiServer string
	read      int64
}

func newJournal(path, logs string) *journal {
	return &journal{path: path, apiServer: filepath.Join(logs, "kube-apiserver.log")}
}

// write appends a row's story. A journal without a path keeps none.
func (j *journal) write(r row) error {
	if j.path == "" {
		return nil
	}
	f, err := os.OpenFile(j.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Fprintln(f, "#", sentence(r))
	for _, one := range r.records {
		usual := one.Result == load.Injected || one.Result == load.LeftAlone
		if usual && one.Awaited == one.Ran {
			continue
		}
		fmt.Fprintf(f, "%s %s %s after %s %s", one.Began.Format("15:04:05.000"), one.Name, one.Result, one.Took.Round(time.Millisecond), one.Detail)
		if one.Awaited {
			fmt.Fprintf(f, "; ran: %v %s", one.Ran, one.Hindrance)
		}
		fmt.Fprintln(f)
	}
	return j.copyOpenings(f)
}

// copyOpenings copies the API server's own words about each call of the webhook that it did
// without.
func (j *journal) copyOpenings(to io.Writer) error {
	f, err := os.Open(j.apiServer)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Seek(j.read, io.SeekStart); err != nil {
		return err
	}
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // its end; a line that is half written is for the next time
			return nil
		}
		j.read += int64(len(line))
		if strings.Contains(line, "failing open") {
			fmt.Fprint(to, "API server: ", line)
		}
	}
}
