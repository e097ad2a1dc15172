package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// slower is how much longer a case may take than in a recorded run, in seconds.
const slower = 0.3

// writeRecord keeps results for a later comparison.
func writeRecord(results []Result, path string) error {
	data, err := json.MarshalIndent(results, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		return fmt.Errorf("-record: %w", err)
	}
	return nil
}

// readRecord reads what writeRecord wrote.
func readRecord(path string) ([]Result, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the record of a run: %w", err)
	}
	var results []Result
	if err := json.Unmarshal(data, &results); err != nil {
		return nil, fmt.Errorf("%q is no record of a run: %w", path, err)
	}
	return results, nil
}

// against is an error that names every softstop cell of a recorded run that was
// graceful and is not any more, or takes longer.
func against(now, before grid) error {
	var errs []error
	for _, name := range now.cases {
		key := [2]string{name, softstop}
		was, is := before.fields[key], now.fields[key]
		switch {
		case was.Graceful && !is.Graceful:
			errs = append(errs, fmt.Errorf("%s was graceful: %s%s", name, is.Broken, is.Why))
		case was.Graceful && is.Seconds > was.Seconds+slower:
			errs = append(errs, fmt.Errorf("%s takes %.1f s, it took %.1f s", name, is.Seconds, was.Seconds))
		}
	}
	return errors.Join(errs...)
}

// join adds the columns of a recorded run that this one has not run: the others' columns
// take the most time, and a change to softstop does not change them.
func (o *Options) join(results, recorded []Result) []Result {
	ran, known := map[string]bool{}, map[string]bool{}
	for _, i := range o.Inits {
		ran[i.Name] = true
	}
	for _, r := range recorded {
		if !ran[r.Init] {
			known[r.Init] = true
			results = append(results, r)
		}
	}
	o.Inits = nil
	for _, i := range Inits() {
		if ran[i.Name] || known[i.Name] {
			o.Inits = append(o.Inits, i)
		}
	}
	return results
}
