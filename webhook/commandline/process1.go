package commandline

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/softstop/softstop/initbin/program"
)

// Naming is a command that names process 1 by its number.
type Naming struct {
	// Command is the command, or the file below /proc/1.
	Command string
	// SameUnderInit means that it does the same when process 1 is an init: the init passes
	// signals on, and its namespaces, its environment and its output are the program's own.
	SameUnderInit bool
}

// NamesProcess1 returns the commands in words that are about process 1: jcmd 1, kill -HUP 1,
// cat /proc/1/status.
func NamesProcess1(words []string) []Naming {
	n := namings{room: maxText}
	n.line(words, 0)
	return n.all
}

type namings struct {
	all  []Naming
	room int
}

func (n *namings) line(words []string, depth int) {
	if len(words) == 0 || depth > maxDepth {
		return
	}
	if script, is := ScriptOf(words); is {
		n.script(script.Text, script.Words, depth+1)
		if !script.Inline {
			n.command(words)
		}
		return
	}
	switch p := program.Of(words[0]); p.Kind {
	case program.Multicall:
		n.line(words[1:], depth+1)
	case program.Runner:
		rest, text := behind(p.Before, words)
		n.command(ahead(words, rest))
		n.script(text, nil, depth+1)
		n.line(rest, depth+1)
	default:
		n.command(words)
	}
}

// script looks at every command of a text, wherever it stands.
func (n *namings) script(script string, words []string, depth int) {
	if script == "" || len(script) > n.room {
		return
	}
	n.room -= len(script)
	t := parse(script, words, nil)
	if t == nil {
		return
	}
	syntax.Walk(t.file, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.CallExpr:
			n.line(t.fields(node.Args), depth)
		case *syntax.Redirect:
			if node.Word != nil {
				n.file(t.value(node.Word.Parts, false), false)
			}
		}
		return true
	})
}

// command looks at one command without those that may stand behind it.
func (n *namings) command(words []string) {
	if len(words) == 0 {
		return
	}
	name := path.Base(words[0])
	switch {
	case name == "kill":
		_, targets := signalOf(words[1:])
		if slices.Contains(targets, "1") {
			n.add(words, true)
		}
		if slices.Contains(targets, "-1") { // everybody but process 1
			n.add(words, false)
		}
	case name == "nsenter" && (hasOption1(words, "t", "--target")):
		n.add(words, true)
	case asksAbout1(name, words):
		n.add(words, false)
	}
	for _, word := range words {
		n.file(word, slices.Contains([]string{"test", "[", "[[", "ls", "stat"}, name))
	}
}

func (n *namings) add(words []string, same bool) {
	command := strings.ReplaceAll(strings.Join(words, " "), unknown, "…")
	n.all = append(n.all, Naming{command, same})
}

// letters are those of a folder's name.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// file looks for /proc/1 in a word of a command, which may only look whether it is there.
func (n *namings) file(word string, looks bool) {
	before, below, found := strings.Cut(word, "/proc/1")
	if !found || strings.HasSuffix(strings.TrimRight(before, letters), "/") { // /host/proc is another's
		return
	}
	if below == "" || below == "/" {
		n.all = append(n.all, Naming{"/proc/1", looks})
		return
	}
	if below, found = strings.CutPrefix(below, "/"); !found { // /proc/17
		return
	}
	name, rest, _ := strings.Cut(below, "/")
	same := false
	switch name {
	case "environ", "cmdline", "root", "cwd", "ns", "cgroup", "mounts", "mountinfo", "mountstats", "limits", "net", "uid_map", "gid_map":
		same = true // the command line of the init holds that of the program
	case "fd":
		same = slices.Contains([]string{"0", "1", "2"}, rest)
	}
	n.all = append(n.all, Naming{"/proc/1/" + strings.ReplaceAll(below, unknown, "…"), same})
}

// asksAbout1 reports whether a program that looks into another process is given number 1.
func asksAbout1(name string, words []string) bool {
	switch name {
	case "jcmd", "jstack", "jmap", "jinfo", "jstat", "pmap", "pstack", "gstack", "pwdx", "eu-stack", "gcore", "reptyr":
		first := slices.IndexFunc(words[1:], func(word string) bool { return !strings.HasPrefix(word, "-") })
		return first >= 0 && words[1+first] == "1" || hasOption1(words, "p", "--pid")
	case "profiler.sh", "asprof", "jattach", "pstree":
		return slices.Contains(words[1:], "1")
	case "ps", "gdb":
		return slices.Contains(words[1:], "1") || hasOption1(words, "p", "--pid")
	case "renice":
		return slices.Contains(from(words, 2), "1") || hasOption1(words, "p", "--pid")
	case "pgrep", "pkill": // by who is their parent, their group's or session's first
		return hasOption1(words, "P", "--parent") || hasOption1(words, "g", "--pgroup") || hasOption1(words, "s", "--session")
	case "killall5":
		return true
	case "strace", "ltrace", "perf", "lsof", "lsns", "top", "htop", "pidstat", "taskset", "chrt", "ionice", "prlimit", "jhsdb", "py-spy", "rbspy",
		"dotnet-trace", "dotnet-dump", "dotnet-counters", "dotnet-gcdump", "dotnet-stack":
		return hasOption1(words, "p", "--pid")
	}
	return false
}

// hasOption1 reports whether an option has the value 1: -p 1, -p1, -fp 1, --pid 1, --pid=1, -p 1,7.
func hasOption1(words []string, letter, long string) bool {
	for i, word := range words[1:] {
		switch {
		case lists1(word, long+"="), lists1(word, "-"+letter), lists1(word, long[1:]+"="):
			return true
		case i+2 < len(words) && lists1(words[i+2], "") && (word == long || word == long[1:] ||
			len(word) > 1 && word[0] == '-' && word[1] != '-' && strings.HasSuffix(word, letter)):
			return true
		}
	}
	return false
}

// lists1 reports whether 1 is in the list that follows prefix in word.
func lists1(word, prefix string) bool {
	list, is := strings.CutPrefix(word, prefix)
	return is && slices.Contains(strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }), "1")
}
