package pid1

import (
	"path"
	"slices"
	"strings"

	"github.com/softstop/softstop/initbin/program"
	"github.com/softstop/softstop/webhook/commandline"
)

// Fate is what becomes of a container at its stop signal.
type Fate string

// The fates, the best first: of several ways that a script can end, the worst counts.
const (
	// Fine means that nothing is known against it.
	Fine Fate = ""
	// Script means that process 1 is a script in the image, which nobody has read.
	Script Fate = "script"
	// MayIgnore means that process 1 is an interpreter: it ends if the program that it runs has a
	// handler.
	MayIgnore Fate = "may-ignore"
	// MayStay means that it depends on which shell sh is.
	MayStay Fate = "may-stay"
	// Ignores means that process 1 is a program without a handler.
	Ignores Fate = "ignores"
	// CutShort means that process 1 ends before the programs it started.
	CutShort Fate = "cut-short"
	// Behind means that process 1 is a shell whose trap waits behind a foreground command.
	Behind Fate = "behind"
	// Stays means that process 1 is a shell that does nothing at the signal.
	Stays Fate = "stays"
)

func (f Fate) rank() int {
	return slices.Index([]Fate{Fine, Script, MayIgnore, MayStay, Ignores, CutShort, Behind, Stays}, f)
}

// Answer is what is known about process 1.
type Answer struct {
	Fate Fate
	// Program is what process 1 is: sleep, bash, /start.sh.
	Program string
	// Command is what the shell has in front, or forgets in the background, as the script writes
	// it; empty if process 1 is no shell.
	Command string
	// Why is what decides, if it is not the ordinary case; a clause.
	Why string
	// Loop means that the command is in a loop, Idle that it only waits, without a handler: no exec
	// can help.
	Loop, Idle bool
	// Script is the text of sh -c, Rewritten the same with an exec that helps for certain; empty if
	// there is none.
	Script, Rewritten string
}

// worse returns the worse of two answers, the first if they are as bad.
func worse(a, b Answer) Answer {
	if b.Fate.rank() > a.Fate.rank() {
		return b
	}
	return a
}

// Around is what decides besides the command line.
type Around struct {
	// Image is the container's, whose name may tell which shell sh is.
	Image string
	// Terminal means that the container has stdin and a tty: a bare shell waits at its prompt.
	Terminal bool
	// Shared means that the container's processes share a PID namespace with others, so that its
	// first process is not process 1: what has no handler ends at the signal.
	Shared bool
}

// maxDepth bounds scripts in scripts.
const maxDepth = 8

// Of says what process 1 of a container that runs words does with SIGTERM.
func Of(words []string, around Around) Answer { return of(words, around, maxDepth) }

func of(words []string, around Around, depth int) Answer {
	words = unwrapped(words)
	if len(words) == 0 || words[0] == "" || depth == 0 {
		return Answer{}
	}
	name := path.Base(words[0])
	if isScript(name) {
		return Answer{Fate: Script, Program: words[0]}
	}
	if script, is := commandline.ScriptOf(words); is {
		return ofShell(name, script, around, depth-1)
	}
	answer := ofProgram(name, words)
	if around.Shared && (answer.Fate == Ignores || answer.Fate == MayIgnore) {
		return Answer{}
	}
	return answer
}

func isScript(name string) bool {
	return slices.Contains([]string{".sh", ".bash"}, path.Ext(name))
}

// unwrapped removes the programs in front of words that execute the rest in their own place; nil if
// one of them stays as its parent, and looks after it.
func unwrapped(words []string) []string {
	for range maxDepth {
		if len(words) == 0 {
			return nil
		}
		row := program.Of(words[0])
		switch {
		case row.Kind == program.Multicall && len(words) > 1:
			if words = words[1:]; words[0] == "sh" {
				words = slices.Concat([]string{"ash"}, words[1:])
			}
		case row.Kind != program.Runner, slices.Contains(handlerless(), row.Name):
			return words
		case slices.Contains(parents(), row.Name):
			return nil
		default:
			words = behind(row.Before, words[1:])
		}
	}
	return nil
}

// parents are runners that start their command as a child and pass the signal on.
func parents() []string {
	return []string{"sudo", "su", "doas", "runuser", "timeout", "strace", "ltrace", "unbuffer", "catchsegv", "fakeroot", "faketime", "unshare", "nsenter", "setsid"}
}

// behind returns what follows the options and words of a runner.
func behind(before program.Before, words []string) []string {
	for len(words) > 0 {
		word := words[0]
		long, dashes := strings.CutPrefix(word, "--")
		switch {
		case word == "--":
			return words[min(1+before.Words, len(words)):]
		case dashes:
			words = words[1:]
			if slices.Contains(strings.Fields(before.Long), long) {
				words = words[min(1, len(words)):]
			}
		case len(word) > 1 && word[0] == '-':
			words = words[1:]
			if strings.ContainsAny(word[len(word)-1:], before.Values) {
				words = words[min(1, len(words)):]
			}
		case before.Assigns && strings.Contains(word, "="):
			words = words[1:]
		default:
			return words[min(before.Words, len(words)):]
		}
	}
	return nil
}
