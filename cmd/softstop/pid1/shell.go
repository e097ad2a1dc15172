package pid1

import (
	"slices"
	"strings"
)

// shell is a kind of shell, as far as it matters for signals.
type shell string

const (
	bash    shell = "bash"
	dash    shell = "dash"
	busybox shell = "busybox"
)

// shellsOf returns which shells a program called name can be in an image.
func shellsOf(name, image string) []shell {
	image = strings.ToLower(image)
	has := func(marks ...string) bool {
		return slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(image, mark) })
	}
	switch {
	case name == "bash":
		return []shell{bash}
	case name == "dash":
		return []shell{dash}
	case name == "ash", name == "sh" && has("alpine", "busybox"):
		return []shell{busybox}
	case name == "sh" && has("debian", "ubuntu", "bookworm", "bullseye", "trixie", "jammy", "noble", "-slim"):
		return []shell{dash}
	case name == "sh" && has("/ubi", "centos", "fedora", "rockylinux", "almalinux", "amazonlinux"):
		return []shell{bash}
	}
	return []shell{dash, bash, busybox}
}

// invocation is a shell's command line, taken apart.
type invocation struct {
	script string   // the text of -c
	given  bool     // there is a -c
	file   string   // the script file, if there is one
	rest   []string // $0 and what follows
	asked  bool     // interactive: it never makes way
}

// invoked takes the words behind a shell's name apart.
func invoked(words []string) (in invocation) {
	for len(words) > 0 && len(words[0]) > 1 && strings.ContainsAny(words[0][:1], "-+") {
		option := words[0]
		words = words[1:]
		if option == "--" {
			break
		}
		if strings.HasPrefix(option, "--") {
			if (option == "--rcfile" || option == "--init-file") && len(words) > 0 {
				words = words[1:]
			}
			continue
		}
		for _, letter := range option[1:] {
			switch letter {
			case 'c':
				in.given = in.given || option[0] == '-'
			case 'i':
				in.asked = true
			case 'o', 'O': // its name follows
				words = words[min(1, len(words)):]
			}
		}
	}
	switch {
	case len(words) == 0:
		in.given = false
	case in.given:
		in.script, in.rest = words[0], words[1:]
	default:
		in.file, in.rest = words[0], words[1:]
	}
	return in
}

// ofShell judges a shell with its arguments.
func ofShell(name string, args []string, around Around, depth int) Answer {
	in := invoked(args)
	switch {
	case in.file != "":
		return Answer{Fate: Script, Program: in.file}
	case !in.given && (in.asked || around.Terminal):
		return Answer{Fate: Stays, Program: name, Why: "an interactive shell ignores SIGTERM"}
	case !in.given:
		return Answer{} // it reads an empty standard input and ends
	}
	kinds := shellsOf(name, around.Image)
	var answers []Answer
	for _, kind := range kinds {
		answer := ofScript(kind, in, around, depth)
		if answer.Program == "" {
			answer.Program = name
		}
		answers = append(answers, answer)
	}
	return together(name, kinds, answers)
}

// together makes one answer of what the shells do that sh can be.
func together(name string, kinds []shell, answers []Answer) Answer {
	worst := answers[0]
	differ := false
	var well []string
	for i, answer := range answers {
		worst = worse(worst, answer)
		differ = differ || answer.Fate != answers[0].Fate
		if answer.Fate.rank() < MayStay.rank() {
			well = append(well, map[shell]string{bash: "bash since 5.1", busybox: "busybox", dash: "dash"}[kinds[i]])
		}
	}
	if differ && len(well) > 0 && (worst.Fate == Stays || worst.Fate == Behind) {
		worst.Fate, worst.Program = MayStay, name
		worst.Why = strings.Join(well, " and ")
	}
	return worst
}
