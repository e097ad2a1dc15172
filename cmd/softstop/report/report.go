package report

import (
	"io"

	"github.com/softstop/softstop/cmd/softstop/finding"
)

// Pod is one pod that was looked at.
type Pod struct {
	// File and Line are where it is.
	File string `json:"file"`
	Line int    `json:"line"`
	// Object is its workload's kind and name: Deployment shop/web.
	Object string `json:"object"`
	// Injected means that the webhook would inject it.
	Injected bool `json:"injected"`
	// Findings are what keeps it from stopping well.
	Findings []Located `json:"findings"`
}

// Located is a finding and its line in the pod's file.
type Located struct {
	finding.Finding
	Line int `json:"line"`
}

// Report is what one run found.
type Report struct {
	// Pods are all that were looked at, those without findings too.
	Pods []Pod `json:"pods"`
	// Silenced is how many findings somebody lives with: by annotation, by rule, or as part of the
	// baseline.
	Silenced int `json:"silenced"`
	// Gone is how many findings of the baseline are not there any more.
	Gone int `json:"gone,omitempty"`
	// Unread is how many files, or parts of them, were not looked at.
	Unread int `json:"unread"`
}

// Bad reports whether there is a finding that is more than a note.
func (r Report) Bad() bool {
	for _, pod := range r.Pods {
		if pod.bad() {
			return true
		}
	}
	return false
}

func (p Pod) bad() bool {
	for _, f := range p.Findings {
		if f.Level == finding.Warning {
			return true
		}
	}
	return false
}

// Formats are the values of --output, the default first.
func Formats() []string { return []string{"text", "json", "yaml", "sarif", "junit"} }

// Write writes a report in one of Formats. version is that of softstop.
func Write(w io.Writer, format, version string, r Report) error {
	switch format {
	case "json", "yaml":
		return Object(w, format, r)
	case "sarif":
		return Object(w, "json", sarifOf(version, r.Pods))
	case "junit":
		return writeJUnit(w, r.Pods)
	}
	return writeText(w, r)
}

// message is a finding in a sentence or two, without the place. How to let softstop fix it is said
// once for all of them, by optIn.
func message(f finding.Finding) string {
	text := f.What + ": " + f.Why + ". " + f.Fix
	if f.Container != "" {
		text = "container " + f.Container + ": " + text
	}
	if f.Fixed {
		text += "; softstop would fix it"
	}
	return text
}

// optIn says how to let softstop fix what it would fix of the pods; "" if there is nothing.
func optIn(pods []Pod) string {
	for _, pod := range pods {
		for _, f := range pod.Findings {
			if f.Fixed {
				return "To let softstop fix what it would fix: " + finding.OptIn()
			}
		}
	}
	return ""
}
