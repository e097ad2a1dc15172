package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// standIn is no smell-baron: it is a small init of the zoo's own with a Makefile of the
// same shape, because smell-baron's source is not here.
const standIn = "testdata/smell-baron-stand-in"

func TestSmellBaronIsBuiltFromItsSource(t *testing.T) {
	for _, tool := range []string{"make", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the column needs %s", tool)
		}
	}
	program, err := buildSmellBaron(context.Background(), standIn, t.TempDir()+"/into")
	if err != nil {
		t.Fatal(err)
	}
	// It hands the command's exit code on.
	err = exec.Command(program, "-a", "sh", "-c", "exit 7").Run()
	if reasonOf(err) != "exit status 7" {
		t.Errorf("%v instead of exit status 7", err)
	}
	if _, err := os.Stat(standIn + "/smell-baron"); err == nil {
		t.Error("it was built in the source's folder")
	}
}

func TestAFolderWithoutSmellBaronsSourceIsNamed(t *testing.T) {
	empty := t.TempDir()
	_, err := buildSmellBaron(context.Background(), empty, t.TempDir()+"/into")
	if err == nil || !strings.Contains(err.Error(), empty) || !strings.Contains(err.Error(), "has no Makefile") {
		t.Errorf("got %v", err)
	}
}

func TestSmellBaronsColumnsAreThereOnlyWithItsSource(t *testing.T) {
	for _, test := range []struct {
		source, inits, err string
		columns            int
	}{
		{columns: len(Inits()) - 2},
		{source: standIn, columns: len(Inits())},
		{source: standIn, inits: "smell-baron", columns: 1},
		{inits: "smell-baron", err: "-smell-baron"},
	} {
		o := Options{SmellBaron: test.source}
		err := o.choose(test.inits, "")
		if err != nil && (test.err == "" || !strings.Contains(err.Error(), test.err)) || err == nil && test.err != "" {
			t.Errorf("%+v: %v", test, err)
		}
		if err == nil && len(o.Inits) != test.columns {
			t.Errorf("%+v: %d columns", test, len(o.Inits))
		}
	}
}
