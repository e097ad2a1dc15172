package stops

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// drain is what a report says of its drain: a number of seconds where it was a fixed one, else how
// it ended, too. It is empty where there was none, or nobody knows.
type drain struct {
	Seconds float64 `json:"seconds"`
	// Ended is quiet, maximum or minimum.
	Ended       string `json:"ended"`
	Connections int    `json:"connections"`
	// Talking are those who still were at the maximum.
	Talking []string `json:"talking"`
}

// UnmarshalJSON takes a number as well as an object. Anything else is no drain.
func (d *drain) UnmarshalJSON(data []byte) error {
	*d = drain{}
	if json.Unmarshal(data, &d.Seconds) == nil {
		return nil
	}
	type object drain
	var o object
	if json.Unmarshal(data, &o) == nil {
		*d = drain(o)
	}
	return nil
}

// The ways in which a drain ends. fixed is one that had no range to end in.
const (
	endedQuiet   = "quiet"
	endedMaximum = "maximum"
	endedMinimum = "minimum"
	endedFixed   = "fixed"
)

// ended is the end as the metric has it; empty if there was none.
func (d drain) ended() string {
	switch d.Ended {
	case endedQuiet, endedMaximum, endedMinimum:
		return d.Ended
	case "":
		if d.Seconds > 0 {
			return endedFixed
		}
	}
	return ""
}

// length is how long the drain took, within bounds.
func (d drain) length() time.Duration {
	return time.Duration(min(max(d.Seconds, 0), maxSeconds) * float64(time.Second)).Round(100 * time.Millisecond)
}

// maxTalking is how many of those who were still talking a sentence names.
const maxTalking = 3

// sentence says of a drain that ended at its maximum who was still talking.
func (d drain) sentence() string {
	text := fmt.Sprintf("its drain ended at the maximum of %s, not because it was quiet", d.length())
	if len(d.Talking) > 0 {
		text += "; still talking: " + strings.Join(d.Talking[:min(len(d.Talking), maxTalking)], ", ")
	}
	return text
}
