package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/softstop/softstop/cmd/softstop/finding"
)

// junitSuite is a suite in which every pod is a case. Notes do not fail it.
type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
	Output   string      `xml:"system-out,omitempty"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
	Notes   string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func writeJUnit(w io.Writer, pods []Pod) error {
	suite := junitSuite{Name: "softstop check", Tests: len(pods), Output: optIn(pods)}
	for _, pod := range pods {
		c := junitCase{Name: pod.Object, Class: pod.File}
		var warnings, notes []string
		var ids []string
		for _, f := range pod.Findings {
			line := fmt.Sprintf("%s:%d: %s: %s", pod.File, f.Line, f.ID, message(f.Finding))
			if f.Level == finding.Note {
				notes = append(notes, line)
				continue
			}
			warnings = append(warnings, line)
			ids = append(ids, string(f.ID))
		}
		if len(warnings) > 0 {
			suite.Failures++
			c.Failure = &junitFailure{Message: strings.Join(ids, ", "), Type: "softstop", Text: strings.Join(warnings, "\n")}
		}
		c.Notes = strings.Join(notes, "\n")
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
