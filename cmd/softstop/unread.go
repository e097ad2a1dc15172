package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/softstop/softstop/cmd/softstop/manifest"
	"github.com/softstop/softstop/cmd/softstop/report"
	"github.com/softstop/softstop/config"
)

// errUnread ends a command that could not read all it was given, and has said so.
var errUnread = errors.New("not everything could be read")

// unread is what was not looked at.
type unread struct {
	named, found []manifest.Unread
	inFolder     map[string]bool // the files that were found
	errs         []error         // arguments and files that could not be opened
	strict       bool
	command      string // softstop check
}

// skipped reports whether a cause means that what was found in a folder is no manifest by itself.
func skipped(cause manifest.Cause) bool {
	return slices.Contains([]manifest.Cause{manifest.Foreign, manifest.Partial, manifest.Kustomization}, cause)
}

// failed reports whether the command has not done what it was asked to: something that was named
// could not be read; with --strict, also a manifest that was found.
func (u *unread) failed() bool {
	fails := func(one manifest.Unread) bool {
		return one.Cause != manifest.Elsewhere && one.Cause != manifest.Unheard
	}
	strictly := func(one manifest.Unread) bool { return !skipped(one.Cause) && one.Cause != manifest.Unheard }
	return len(u.errs) > 0 || slices.ContainsFunc(u.named, fails) || u.strict && (slices.ContainsFunc(u.found, strictly) || slices.ContainsFunc(u.named, strictly))
}

// add keeps what of file was not looked at.
func (u *unread) add(file string, found bool, all ...manifest.Unread) {
	if found {
		u.inFolder[file] = true
		u.found = append(u.found, all...)
	} else {
		u.named = append(u.named, all...)
	}
}

// refuse keeps that inject leaves a pod as it is, which somebody has said.
func (u *unread) refuse(t manifest.Template) {
	u.add(t.File(), u.inFolder[t.File()], manifest.Unread{Cause: manifest.Invalid, File: t.File(), Line: t.Line(), Text: t.Refused})
}

// tell lists what was not looked at: what was named one by one, what was found in groups, each
// with what helps.
func (u *unread) tell(w io.Writer) {
	for _, err := range u.errs {
		for line := range strings.Lines(err.Error()) {
			fmt.Fprintln(w, "softstop:", config.Line(strings.TrimRight(line, "\n")))
		}
	}
	for _, one := range u.named {
		line := one.String()
		if fix := cmp.Or(one.Fix, u.fix(one.Cause)); fix != "" {
			line += "; " + fix
		}
		fmt.Fprintln(w, "softstop:", config.Line(line))
	}
	charts, rest := byChart(u.found)
	for _, chart := range charts {
		fmt.Fprintf(w, "softstop: %s: render them: helm template %s | %s -f -\n", config.Line(chart.String()), config.Line(chart.folder), u.command)
	}
	for _, cause := range []manifest.Cause{manifest.Unreadable, manifest.Templated, manifest.Broken, manifest.Invalid, manifest.Elsewhere, manifest.Unheard, manifest.Kustomization, manifest.Partial, manifest.Foreign} {
		u.tellGroup(w, cause, rest)
	}
}

func (u *unread) tellGroup(w io.Writer, cause manifest.Cause, found []manifest.Unread) {
	group := slices.DeleteFunc(slices.Clone(found), func(one manifest.Unread) bool { return one.Cause != cause })
	if len(group) == 0 {
		return
	}
	head := fmt.Sprintf("softstop: %s %s", report.Count(len(filesOf(group)), "file"), heading(cause, len(filesOf(group)) == 1))
	if skipped(cause) {
		head += ": " + someOf(filesOf(group))
	}
	same := !slices.ContainsFunc(group, func(one manifest.Unread) bool { return one.Fix != "" })
	if fix := u.fix(cause); fix != "" && same {
		head += "; " + fix
	}
	fmt.Fprintln(w, config.Line(head))
	if !skipped(cause) {
		for _, one := range group {
			line := one.String()
			if fix := cmp.Or(one.Fix, u.fix(cause)); fix != "" && !same {
				line += "; " + fix
			}
			fmt.Fprintln(w, "  "+config.Line(line))
		}
	}
}

// heading says what files of a group are.
func heading(cause manifest.Cause, single bool) string {
	is := func(one, many string) string {
		if single {
			return one
		}
		return many
	}
	switch cause {
	case manifest.Templated:
		return is("is a template, no manifest yet", "are templates, no manifests yet")
	case manifest.Unreadable:
		return "cannot be opened"
	case manifest.Broken:
		return "cannot be read"
	case manifest.Invalid:
		return is("has objects that the API server would refuse", "have objects that the API server would refuse")
	case manifest.Elsewhere:
		return is("has pods in what is no pod template, which was not looked at", "have pods in what is no pod template, which was not looked at")
	case manifest.Unheard:
		return is("has a softstop key on a Namespace, where nobody reads it", "have softstop keys on Namespaces, where nobody reads them")
	case manifest.Kustomization:
		return is("is a kustomization and was not built", "are kustomizations and were not built")
	case manifest.Partial:
		return is("is a patch and was skipped", "are patches and were skipped")
	default:
		return is("is no Kubernetes object and was skipped", "are no Kubernetes objects and were skipped")
	}
}

// fix says what helps with a cause.
func (u *unread) fix(cause manifest.Cause) string {
	switch cause {
	case manifest.Templated:
		return fmt.Sprintf("render it first: helm template … | %s -f -", u.command)
	case manifest.Kustomization:
		return fmt.Sprintf("build it first: kustomize build DIR | %s -f -", u.command)
	default:
		return ""
	}
}

// chart is a Helm chart with templates that were found.
type chart struct {
	folder string
	files  []string
}

func (c chart) String() string {
	if len(c.files) == 1 {
		return c.files[0] + " is a Helm template"
	}
	return fmt.Sprintf("%d files in %s are Helm templates", len(c.files), c.folder)
}

// byChart takes the templates of Helm charts out of found.
func byChart(found []manifest.Unread) (charts []chart, rest []manifest.Unread) {
	for _, one := range found {
		folder := chartOf(one.File)
		if one.Cause != manifest.Templated || folder == "" {
			rest = append(rest, one)
			continue
		}
		at := slices.IndexFunc(charts, func(c chart) bool { return c.folder == folder })
		if at < 0 {
			at, charts = len(charts), append(charts, chart{folder: folder})
		}
		if !slices.Contains(charts[at].files, one.File) {
			charts[at].files = append(charts[at].files, one.File)
		}
	}
	return charts, rest
}

// chartOf returns the folder of the Helm chart that a file is in; empty if it is in none.
func chartOf(file string) string {
	for folder := filepath.Dir(file); ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "Chart.yaml")); err == nil {
			return folder
		}
		if folder == filepath.Dir(folder) {
			return ""
		}
	}
}

// filesOf returns the names of the files, each once.
func filesOf(all []manifest.Unread) (names []string) {
	for _, one := range all {
		if len(names) == 0 || names[len(names)-1] != one.File {
			names = append(names, one.File)
		}
	}
	return names
}

// someOf names the first few.
func someOf(names []string) string {
	const few = 4
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}
