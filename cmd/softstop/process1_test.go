package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/config"
)

// process1 are the commands that make truth measured, with what became of them.
const process1 = "testdata/process1.json"

// truth is one of its lines.
type truth struct {
	Image   string   `json:"image"`
	Command []string `json:"command"`
	Truth   string   `json:"truth"` // stops, killed, cut short
}

// says is what check finds about the command of a container, and whether that is the truth: a
// warning where it does not stop well, nothing where it does. A note leaves it open.
func (m truth) says(t *testing.T) (verdict, agrees string) {
	t.Helper()
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: m.Image, Command: m.Command}}}}
	found := finding.AsIs(pod, finding.Around{Known: func(*corev1.Container) (config.Image, bool) { return config.Image{}, false }})
	switch {
	case len(found) == 0 && m.Truth == "stops":
		return "nothing", "yes"
	case len(found) == 0:
		return "nothing", "no"
	case found[0].Level == finding.Note:
		return fmt.Sprintf("note `%s`", found[0].ID), "open"
	case m.Truth == "stops", (found[0].ID == finding.CutShort) != (m.Truth == "cut short"):
		agrees = "no"
	default:
		agrees = "yes"
	}
	return fmt.Sprintf("warning `%s`", found[0].ID), agrees
}

func truths(t *testing.T) (all []truth) {
	t.Helper()
	data, err := os.ReadFile(process1)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var m truth
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// TestProcess1 holds check to what was measured of real commands as process 1: it may be wrong, or
// leave it open, in three of sixty.
func TestProcess1(t *testing.T) {
	all := truths(t)
	agree := 0
	for _, m := range all {
		said, agrees := m.says(t)
		switch agrees {
		case "yes":
			agree++
		case "no":
			t.Logf("%s %q %s, and check says %s", m.Image, m.Command, m.Truth, said)
		}
	}
	if len(all) < 60 || agree*60 < 57*len(all) {
		t.Errorf("check agrees with %d of %d", agree, len(all))
	}
}

// process1Table is the table of docs/cli.md.
func process1Table(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	all, agree := truths(t), 0
	for _, m := range all {
		if _, agrees := m.says(t); agrees == "yes" {
			agree++
		}
	}
	fmt.Fprintf(&out, "check agrees with %d of %d.\n\n| image | command | at SIGTERM it | check says | agrees |\n|---|---|---|---|---|\n", agree, len(all))
	for _, m := range all {
		said, agrees := m.says(t)
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", m.Image, inTable(m.Command), became(m.Truth), said, agrees)
	}
	return out.String()
}

func became(truth string) string {
	return map[string]string{"stops": "stops", "killed": "is killed at the end of the grace", "cut short": "ends before its program has"}[truth]
}

// inTable is a command as a shell would take it, in a field of a Markdown table.
func inTable(command []string) string {
	var words []string
	for _, word := range command {
		switch {
		case strings.ContainsAny(word, " ;$\n|&'\"(){}<>"):
			word = `"` + strings.ReplaceAll(word, "\n", `\n`) + `"`
		}
		words = append(words, strings.ReplaceAll(word, "|", `\|`))
	}
	return "`" + strings.Join(words, " ") + "`"
}
