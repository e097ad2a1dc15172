package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/softstop/softstop/config"
)

// inWords is err in words, with what helps if args begin with a command that there is none of.
func inWords(root *cobra.Command, args []string, err error) string {
	if len(args) == 0 || err.Error() != fmt.Sprintf("unknown command %q for %q", args[0], root.CommandPath()) {
		return err.Error()
	}
	return unknownCommand(root, args[0]).Error()
}

// unknownCommand says that parent has no command of that name, and what would be one.
func unknownCommand(parent *cobra.Command, name string) error {
	path := parent.CommandPath()
	var names []string
	for _, sub := range parent.Commands() {
		names = append(names, sub.Name())
	}
	if meant := config.Nearest(name, names); meant != "" {
		return fmt.Errorf("unknown command %q for %q; did you mean %s %s?", name, path, path, meant)
	}
	return fmt.Errorf("unknown command %q for %q; %s --help lists the commands", name, path, path)
}

// strict makes cobra's own commands, help and completion, refuse what they do not know, as ours do.
// By themselves they print a help and succeed.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, sub := range root.Commands() {
		switch sub.Name() {
		case "help":
			sub.Run, sub.RunE = nil, func(_ *cobra.Command, args []string) error { return helpAbout(root, args) }
		case "completion":
			sub.Args, sub.RunE = cobra.ArbitraryArgs, helpAbout
			for _, shell := range sub.Commands() {
				shell.Args = noArguments
			}
		}
	}
}

// helpAbout prints the help of the command that args name below parent.
func helpAbout(parent *cobra.Command, args []string) error {
	for _, name := range args {
		at := slices.IndexFunc(parent.Commands(), func(c *cobra.Command) bool { return c.Name() == name })
		if at < 0 {
			return unknownCommand(parent, name)
		}
		parent = parent.Commands()[at]
	}
	return parent.Help()
}

// flagError says of a flag that cannot be read what would be allowed.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid) && invalid.GetFlag().Value.Type() == "bool":
		return fmt.Errorf("--%s %q: must be true or false", invalid.GetFlag().Name, invalid.GetValue())
	case errors.As(err, &unknown):
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if flag := config.Nearest(unknown.GetSpecifiedName(), names); flag != "" {
			return fmt.Errorf("%w; did you mean --%s?", err, flag)
		}
		return fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())
	}
	return err
}
