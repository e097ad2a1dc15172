package main

import (
	"bytes"
	"fmt"
	"slices"
	"time"
)

const head = `# Versions of Kubernetes

The pods that break naive injectors, each on a real node of each version: what ` + "`make matrix`" + ` has written here.
The files in [e2e/suite/pods](../e2e/suite/pods) say what must come true of each.

softstop notices by itself what a version lacks, from the versions of the API server, the kubelets and their container runtimes:

| since Kubernetes | what | before that |
|---|---|---|
| 1.36 | the image volume as carrier | an emptyDir with an installer; a pod that asked for an image volume gets a warning |
| 1.33 | the API server tells the networks of its Services | only its own address is kept from being asked as a registry |
| 1.30 | preStop.sleep | the init's own sleep, as an exec hook |

1.31 is the oldest version that is tried. A dash is a case that is not about that version.

`

// page is the whole of docs/versions.md.
func page(runs []results) []byte {
	var b bytes.Buffer
	b.WriteString(head)
	b.WriteString("| case |")
	for _, r := range runs {
		fmt.Fprintf(&b, " %s |", r.version)
	}
	b.WriteString("\n|---|")
	for range runs {
		b.WriteString(":-:|")
	}
	b.WriteString("\n")
	for _, name := range names(runs) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, r := range runs {
			fmt.Fprintf(&b, " %s |", mark(r.of[name]))
		}
		b.WriteString("\n")
	}
	b.WriteString("| **passed, failed** |")
	for _, r := range runs {
		fmt.Fprintf(&b, " %d, %d |", r.count(passedCase), r.count(failedCase))
	}
	b.WriteString("\n| seconds, with everything built |")
	for _, r := range runs {
		fmt.Fprintf(&b, " %d |", r.took.Round(time.Second)/time.Second)
	}
	b.WriteString("\n")
	return b.Bytes()
}

// names are the cases of all runs, in their order.
func names(runs []results) []string {
	var all []string
	for _, r := range runs {
		for _, name := range r.names {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// mark is an outcome in the table.
func mark(o outcome) string {
	switch o {
	case passedCase:
		return "passed"
	case skippedCase:
		return "–"
	case failedCase:
		return "**failed**"
	}
	return "**not run**"
}
