package stops

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/softstop/softstop/initbin"
)

// report is what is read of the init's.
type report struct {
	Phase   string
	Since   string
	Signal  string
	Seconds *float64
	Drain   drain
	// Stop is how long the phase stop has taken, in seconds; nil if there was none.
	Stop   *float64
	Forced bool
	Killed []process
	Left   []process
	// OOMKilled is how many of the container's processes the kernel had killed for want of memory.
	OOMKilled int
}

// process is one of a report.
type process struct {
	PID     int    `json:"pid"`
	Command string `json:"command"`
	State   string `json:"state"`
	// Waits says what it waited for, if that was found out.
	Waits string `json:"waits"`
}

// cutShort reports whether the report ends before the stop did: somebody killed the init.
func (r *report) cutShort() bool { return r.Phase != "" && r.Phase != "done" }

// cut says where a stop that ended at was cut short, and who was still there.
func (r *report) cut(at time.Time) string {
	note := fmt.Sprintf("killed from outside in its phase %q", r.Phase)
	if since, err := time.Parse(time.RFC3339, r.Since); err == nil && !at.IsZero() {
		note += fmt.Sprintf(", %s after that began", min(max(0, at.Sub(since)), maxSeconds*time.Second).Round(100*time.Millisecond))
	}
	if len(r.Left) > 0 {
		note += "; still there: " + list(r.Left)
	}
	return note
}

func list(processes []process) string {
	var names []string
	for _, p := range processes {
		name := fmt.Sprintf("%s (pid %d, state %s)", p.Command, p.PID, p.State)
		if p.Waits != "" {
			name += ": it " + p.Waits
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// maxSeconds bounds what a report can say, far from overflow: a day, as stop timeouts are.
const maxSeconds = 24 * 60 * 60

// readReport reads a termination message as far as it goes; false means that it is not the init's.
// Of a pod with many containers the kubelet keeps only the beginning of each message; and behind a
// report that was cut short there may be what the application has appended.
func readReport(message string) (report, bool) {
	var r report
	d := json.NewDecoder(strings.NewReader(message))
	if begin, err := d.Token(); err == nil && begin == json.Delim('{') {
		for r.readField(d) == nil {
		}
	}
	if r.Signal == "" || r.Seconds == nil {
		return report{}, false
	}
	return r, true
}

// readField reads the next field, and of a list that is cut its beginning.
func (r *report) readField(d *json.Decoder) error {
	token, err := d.Token()
	name, is := token.(string)
	if err != nil || !is {
		return io.EOF // as far as it goes, or to its end
	}
	switch name {
	case "killed":
		r.Forced = true // it is there only with somebody in it, who may have been cut off
		return readList(d, &r.Killed)
	case "left":
		return readList(d, &r.Left)
	}
	into, known := map[string]any{
		"phase": &r.Phase, "since": &r.Since, "signal": &r.Signal, "seconds": &r.Seconds, "drain": &r.Drain,
		"stop": &r.Stop, "forced": &r.Forced, "oomKilled": &r.OOMKilled,
	}[name]
	if !known {
		into = new(any)
	}
	return d.Decode(into)
}

// readList reads the processes of a list up to where it is cut.
func readList(d *json.Decoder, list *[]process) error {
	if begin, err := d.Token(); err != nil || begin != json.Delim('[') {
		return io.EOF
	}
	for d.More() {
		var p process
		if err := d.Decode(&p); err != nil {
			return err
		}
		*list = append(*list, p)
	}
	_, err := d.Token()
	return err
}

// killedInLog are the sentences about who was killed in the end of the log, which is what
// a message is where the pod's policy is FallbackToLogsOnError.
func killedInLog(message string) (sentences []string) {
	for line := range strings.Lines(message) {
		if sentence, is := strings.CutPrefix(strings.TrimSpace(line), initbin.Name+": killed pid "); is {
			sentences = append(sentences, "killed pid "+sentence)
		}
	}
	return sentences
}
