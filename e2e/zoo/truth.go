package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// measured is one line of the file of truths, which softstop check is held to.
type measured struct {
	Image   string   `json:"image"`
	Command []string `json:"command"`
	// Truth is what became of the container at SIGTERM: stops, killed (at the end of the grace), or
	// cut short: it ended before its application had cleaned up.
	Truth string `json:"truth"`
}

// truthOf is a result of a truth case in one word or two.
func truthOf(r Result) string {
	switch {
	case r.Killed:
		return "killed"
	case r.Graceful:
		return "stops"
	}
	return "cut short"
}

// truths pairs the truth cases with their results.
func truths(o Options, results []Result) (all []measured, err error) {
	for i, r := range results {
		if r.Broken != "" {
			return nil, fmt.Errorf("%s: %s\n%s", r.Case, r.Broken, r.Log)
		}
		c := o.Cases[i]
		all = append(all, measured{Image: c.Image, Command: c.Command, Truth: truthOf(r)})
	}
	return all, nil
}

// writeTruths writes the file.
func writeTruths(o Options, results []Result, path string) error {
	all, err := truths(o, results)
	if err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the truths: %w", err)
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, m := range all { // a line each, as one reads them
		if err := encoder.Encode(m); err != nil {
			_ = out.Close()
			return fmt.Errorf("write the truths: %w", err)
		}
	}
	return out.Close()
}
