package stops

import (
	"encoding/json"
	"fmt"
	"strings"
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

// phase is the drain as the metric has it.
func (d drain) phase() Phase {
	switch d.Ended {
	case endedQuiet, endedMaximum, endedMinimum:
		return newPhase(d.Ended, d.Seconds)
	case "":
		if d.Seconds > 0 {
			return newPhase(endedFixed, d.Seconds)
		}
	}
	return Phase{}
}

// maxTalking is how many of those who were still talking a sentence names.
const maxTalking = 3

// unquiet says of a drain that ended at its maximum who was still talking, and nothing of another.
func (d drain) unquiet() string {
	if d.Ended != endedMaximum {
		return ""
	}
	text := fmt.Sprintf("its drain ended at the maximum of %s, not because it was quiet", d.phase().Took)
	if len(d.Talking) > 0 {
		text += "; still talking: " + strings.Join(d.Talking[:min(len(d.Talking), maxTalking)], ", ")
	}
	return text
}
