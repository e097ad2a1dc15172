package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// inWords is err in words, with what helps if args begin with a command that there is none of.
func inWords(root *cobra.Command, args []string, err error) string {
	if !strings.HasPrefix(err.Error(), "unknown command") {
		return err.Error()
	}
	name := root.DisplayName()
	root.SuggestionsMinimumDistance = 2
	for _, suggestion := range root.SuggestionsFor(args[0]) {
		return fmt.Sprintf("%v; did you mean %s %s?", err, name, suggestion)
	}
	return fmt.Sprintf("%v; %s --help lists the commands", err, name)
}

// flagError says of a flag that cannot be read what would be allowed.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid) && invalid.GetFlag().Value.Type() == "bool":
		return fmt.Errorf("--%s %q: must be true or false", invalid.GetFlag().Name, invalid.GetValue())
	case errors.As(err, &unknown):
		return fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())
	}
	return err
}
