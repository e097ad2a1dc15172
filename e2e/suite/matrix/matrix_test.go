package main

import (
	"io"
	"strings"
	"testing"
)

// A skipped case is no failure, a case that one version does not know has not run there, and the
// order is the suite's.
func TestPage(t *testing.T) {
	lines := func(events ...string) io.Reader { return strings.NewReader(strings.Join(events, "\n")) }
	older, err := read(lines(
		`{"Action":"run","Test":"TestNode/pods/01-a"}`,
		`{"Action":"run","Test":"TestNode/pods/91-b"}`,
		`{"Action":"output","Test":"TestNode/pods/01-a","Output":"hello\n"}`,
		`{"Action":"skip","Test":"TestNode/pods/91-b"}`,
		`{"Action":"pass","Test":"TestNode/pods/01-a"}`,
		`{"Action":"pass","Test":"TestNode/pods"}`,
	), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	newer, err := read(lines(
		`{"Action":"run","Test":"TestNode/pods/01-a"}`,
		`{"Action":"fail","Test":"TestNode/pods/01-a"}`,
		`{"Action":"run","Test":"TestNode/the_webhook_is_down"}`,
		`{"Action":"pass","Test":"TestNode/the_webhook_is_down"}`,
	), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	older.version, newer.version = "v1", "v2"
	got := string(page([]results{older, newer}))
	for _, line := range []string{
		"| case | v1 | v2 |\n|---|:-:|:-:|\n| 01-a | passed | **failed** |\n| 91-b | – | **not run** |\n| the webhook is down | **not run** | passed |\n",
		"| **passed, failed** | 1, 0 | 1, 1 |",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("the page has no\n%s\n%s", line, got)
		}
	}
}
