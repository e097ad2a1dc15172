package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	program := func() { os.Exit(run(os.Args)) }
	testscript.Main(m, map[string]func(){
		"softstop": program, "kubectl-softstop": program, "kubectl_complete-softstop": program,
	})
}

// TestScripts runs the command line as a person would.
func TestScripts(t *testing.T) {
	testdata, err := filepath.Abs("../../webhook/inject/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata", UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			env.Setenv("GOLDEN", testdata)
			return nil
		},
	})
}
