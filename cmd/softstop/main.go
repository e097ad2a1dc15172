package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/softstop/softstop/initbin"
)

// The exit codes of every command.
const (
	exitFine   = 0
	exitFound  = 1 // the command did its work and found something
	exitFailed = 2 // it could not do its work
)

// errFound ends a command that found something and has said so.
var errFound = errors.New("found something")

// garbage is how far the memory may grow beyond what is in use before it is swept, in percent. Go
// itself takes 100; docs/cli.md has what it comes to.
const garbage = 50

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	os.Exit(run(os.Args))
}

// run carries out a command line and returns the exit code.
func run(args []string) int {
	name, rest := called(args)
	root := command(name)
	root.SetArgs(rest)
	out := &keeping{File: os.Stdout}
	root.SetOut(out)
	err := root.ExecuteContext(context.Background())
	if out.err != nil && (err == nil || errors.Is(err, errFound)) {
		err = fmt.Errorf("print the output: %w", out.err)
	}
	switch {
	case errors.Is(err, errFound):
		return exitFound
	case errors.Is(err, errUnread):
		return exitFailed
	case err != nil:
		for line := range strings.Lines(inWords(root, rest, err)) {
			fmt.Fprintln(os.Stderr, "softstop:", strings.TrimRight(line, "\n"))
		}
		return exitFailed
	}
	return exitFine
}

// called returns the name to show for the program and its arguments. Under the name
// kubectl-softstop it is a plugin of kubectl's; under kubectl_complete-softstop it is
// what kubectl asks for the plugin's completions.
func called(args []string) (name string, rest []string) {
	switch strings.TrimSuffix(filepath.Base(args[0]), ".exe") {
	case "kubectl-softstop":
		return "kubectl softstop", args[1:]
	case "kubectl_complete-softstop":
		return "kubectl softstop", append([]string{cobra.ShellCompRequestCmd}, args[1:]...)
	}
	return "softstop", args[1:]
}

// command returns the command line of the program called name.
func command(name string) *cobra.Command {
	root := &cobra.Command{
		Use:           "softstop",
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: name},
		Short:         "Pods that stop well, with no image rebuild",
		Long:          "Pods that stop well, with no image rebuild.\n\nExit codes: 0 fine, 1 something was found, 2 the command could not do its work.",
		Version:       initbin.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
		// See inWords.
		DisableSuggestions: true,
	}
	root.SetVersionTemplate("softstop {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		injectCommand(), uninjectCommand(), explainCommand(), checkCommand(), scanCommand(),
		validateConfigCommand(), policyCommand(), versionCommand(),
	)
	for _, sub := range root.Commands() {
		sub.Example = strings.ReplaceAll(sub.Example, "softstop "+sub.Name(), name+" "+sub.Name())
	}
	strict(root)
	return root
}
