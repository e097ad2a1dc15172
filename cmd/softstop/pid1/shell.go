package pid1

import (
	"slices"
	"strings"

	"github.com/softstop/softstop/webhook/commandline"
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

// ofShell judges a shell called name, with what it is told to run.
func ofShell(name string, in commandline.Script, around Around, depth int) Answer {
	switch {
	case in.File != "":
		return Answer{Fate: Script, Program: in.File}
	case !in.Inline && (in.Interactive || around.Terminal):
		return Answer{Fate: Stays, Program: name, Why: "an interactive shell ignores SIGTERM"}
	case !in.Inline:
		return Answer{} // it reads an empty standard input and ends
	}
	kinds := shellsOf(name, around.Image)
	var answers []Answer
	file := parse(in.Text)
	for _, kind := range kinds {
		answer := ofScript(kind, in, file, around, depth)
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
