package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/cmd/softstop/finding"
)

// The marks in docs/cli.md below which the tests write.
const (
	findingsMark = "<!-- findings -->\n"
	process1Mark = "<!-- process 1 -->\n"
	commandsMark = "<!-- commands -->\n"
	page         = "../../docs/cli.md"
)

// TestDocs holds docs/cli.md to the commands and to the table of findings. With
// UPDATE_SCRIPTS set it writes them.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), findingsMark)
	_, middle, found := strings.Cut(rest, "\n\n")
	middle, _, marked := strings.Cut(middle, commandsMark)
	middle, tail, measured := strings.Cut(middle, process1Mark)
	_, tail, tabled := strings.Cut(tail, "\n\n## ")
	if !ok || !found || !marked || !measured || !tabled {
		t.Fatalf("%s has no marks", page)
	}
	want := before + findingsMark + findings() + "\n" + middle + process1Mark + process1Table(t) + "\n## " + tail + commandsMark + commands(t)
	if want == string(text) {
		return
	}
	if os.Getenv("UPDATE_SCRIPTS") == "" {
		t.Fatalf("%s is not up to date: UPDATE_SCRIPTS=1 go test ./cmd/softstop", page)
	}
	if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func findings() string {
	var out strings.Builder
	out.WriteString("| id | level | what is so, and what comes of it | what to do |\n|---|---|---|---|\n")
	for _, kind := range finding.Kinds() {
		fmt.Fprintf(&out, "| `%s` | %s | %s: %s | %s |\n", kind.ID, kind.Level, kind.What, kind.Why, kind.Fix)
	}
	return out.String()
}

// commands is the help of every command.
func commands(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	var write func(*cobra.Command)
	write = func(cmd *cobra.Command) {
		if cmd.Name() == "completion" || cmd.Name() == "help" {
			return
		}
		var help bytes.Buffer
		cmd.SetOut(&help)
		cmd.InitDefaultHelpFlag()
		if err := cmd.Help(); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "\n### %s\n\n```\n%s```\n", cmd.CommandPath(), strings.TrimRight(help.String(), "\n")+"\n")
		for _, sub := range cmd.Commands() {
			write(sub)
		}
	}
	for _, sub := range command("softstop").Commands() {
		write(sub)
	}
	return out.String()
}

// TestFindingsAreComplete holds that no finding is without level, sentence and fix, and
// none is there twice.
func TestFindingsAreComplete(t *testing.T) {
	seen := map[finding.ID]bool{}
	for _, kind := range finding.Kinds() {
		if kind.Level == "" || kind.What == "" || kind.Why == "" || kind.Fix == "" || seen[kind.ID] {
			t.Errorf("%+v", kind)
		}
		seen[kind.ID] = true
	}
}
