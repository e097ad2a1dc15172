package commandline

import (
	"path"
	"slices"
	"strings"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/program"
)

// stopping reports whether one command stops the program that the container is for, and
// with which signal if it sends one to process 1.
func stopping(words []string) (stops bool, toProcess1 initbin.Signal) {
	name := path.Base(words[0])
	base := strings.TrimSuffix(name, ".sh")
	switch {
	case name == "kill":
		return killing(words[1:])
	case name == "pkill" || name == "killall" || name == "killall5":
		signal, _ := signalOf(words[1:])
		return endsPrograms(signal), 0
	case slices.Contains([]string{"poweroff", "halt", "shutdown", "stop"}, base), strings.HasSuffix(base, "-stop"), strings.HasSuffix(base, "-shutdown"):
		return true, 0
	case program.Of(words[0]).Kind == program.Onlooker:
		return false, 0
	}
	return slices.ContainsFunc(words[1:], asksToStop), 0
}

// asksToStop reports whether an argument is what control programs are told to stop with:
// nginx -s quit, apachectl graceful-stop, redis-cli shutdown, curl -X POST …/quitquitquit.
func asksToStop(word string) bool {
	word = strings.ToLower(strings.TrimLeft(word, "-:"))
	if strings.Contains(word, "/") {
		return strings.HasSuffix(word, "/quitquitquit") || strings.HasSuffix(word, "/shutdown")
	}
	switch word {
	case "stop", "quit", "shutdown", "graceful-stop", "gracefulstop", "stopdaemon", "stop_app", "terminate", "command=:shutdown":
		return true
	}
	return strings.Contains(word, "shutdownserver(") // mongosh --eval
}

// killing reads the arguments of kill. kill -3 is how people ask a JVM for its threads; who
// wants nginx to quit writes kill -QUIT.
func killing(words []string) (stops bool, toProcess1 initbin.Signal) {
	signal, targets := signalOf(words)
	if !endsPrograms(signal) || len(targets) == 0 || words[0] == "-3" {
		return false, 0
	}
	if slices.Contains(targets, "1") {
		return true, signal
	}
	return true, 0 // whose number it is nobody knows, and whose else should it be
}

// signalOf returns the signal that kill and its like send, SIGTERM if they name none, and
// their other arguments. 0 is for a signal that has no name here, and for kill -0 and -l.
func signalOf(words []string) (signal initbin.Signal, rest []string) {
	signal = initbin.SIGTERM
	named := false
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			return signal, words[i+1:]
		case named && word == "-1": // everybody
			rest = append(rest, word)
		case word == "-s" || word == "-n" || word == "--signal":
			if i++; i < len(words) {
				signal, _ = initbin.ParseSignal(strings.ToUpper(words[i]))
			}
			named = true
		case len(word) > 1 && word[0] == '-':
			named = true
			name := strings.TrimPrefix(strings.TrimPrefix(word[1:], "-signal="), "s")
			if parsed, ok := initbin.ParseSignal(strings.ToUpper(name)); ok {
				signal = parsed
			} else if word == "-0" || word == "-l" || word == "-L" {
				signal = 0
			}
		default:
			rest = append(rest, word)
		}
	}
	return signal, rest
}

// endsPrograms reports whether a signal is one that servers end at.
func endsPrograms(signal initbin.Signal) bool {
	return slices.Contains([]initbin.Signal{initbin.SIGTERM, initbin.SIGINT, initbin.SIGQUIT, initbin.SIGKILL, initbin.SIGWINCH}, signal)
}
