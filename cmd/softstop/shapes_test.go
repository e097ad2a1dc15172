package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// tried is what a command line answered.
type tried struct {
	out, errs string
	err       error
}

func try(t *testing.T, args ...string) tried {
	t.Helper()
	var out, errs bytes.Buffer
	root := command("softstop")
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&errs)
	err := root.ExecuteContext(t.Context())
	return tried{out.String(), errs.String(), err}
}

// TestShapes puts what people keep in repositories through every command, one file after the
// other. The first line of the archive's comment on a file is what check must say of it; none is
// silent, and inject followed by uninject gives back every byte, but for
// what an anchor shared.
func TestShapes(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/shapes/all.txtar")
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]*regexp.Regexp{}
	for line := range strings.Lines(string(archive.Comment)) {
		if name, want, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && !strings.HasPrefix(line, "#") {
			wanted[name] = regexp.MustCompile(want)
		}
	}
	folder := t.TempDir()
	for _, file := range archive.Files {
		path := filepath.Join(folder, file.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, file.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range archive.Files {
		t.Run(file.Name, func(t *testing.T) {
			path := filepath.Join(folder, file.Name)
			said := try(t, "check", "-f", path)
			if want := wanted[file.Name]; want == nil || !want.MatchString(said.out+said.errs) {
				t.Errorf("check says\n%s%s, not %v", said.out, said.errs, want)
			}
			if e := try(t, "explain", "-f", path); e.out+e.errs == "" {
				t.Error("explain says nothing")
			}
			injected := try(t, "inject", "-f", path)
			if injected.out == "" {
				return // nothing of it could be read, which check has said
			}
			if err := os.WriteFile(path+".injected", []byte(injected.out), 0o600); err != nil {
				t.Fatal(err)
			}
			if back := try(t, "uninject", "-f", path+".injected"); back.out != string(file.Data) && !bytes.Contains(file.Data, []byte(" &")) { // what an anchor shares stays written out
				t.Errorf("inject and uninject give\n%s", back.out)
			}
		})
	}
	if n := len(archive.Files); n < 60 {
		t.Errorf("only %d shapes", n)
	}
	all := try(t, "check", "-R", "-f", folder)
	if !strings.Contains(all.out, "shell-as-pid1") || strings.Contains(all.errs, "panic") {
		t.Errorf("the folder as a whole: %s%s", all.out, all.errs)
	}
}

// FuzzCommands holds that no file makes a command panic, or end without a word, and that what
// inject has written, it leaves as it is.
func FuzzCommands(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/shapes/all.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range archive.Files {
		f.Add(file.Data)
		f.Add([]byte("\ufeff" + strings.ReplaceAll(string(file.Data), "\n", "\r\n")))
	}
	path := filepath.Join(f.TempDir(), "file.yaml")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"check", "explain", "uninject", "inject -o patch", "inject -o json", "inject -o text", "inject --diff", "check -o sarif", "check -o patch", "explain -o svg", "validate-config"} {
			said := try(t, append(strings.Fields(name), "-f", path)...)
			if said.out+said.errs == "" && len(data) > 0 && (said.err != nil || name == "check" || name == "explain") {
				t.Errorf("%s says nothing: %v", name, said.err)
			}
		}
		once := try(t, "inject", "-f", path)
		if once.err != nil || once.out == "" {
			return
		}
		if err := os.WriteFile(path, []byte(once.out), 0o600); err != nil {
			t.Fatal(err)
		}
		if twice := try(t, "inject", "-f", path); twice.out != once.out {
			t.Errorf("injected twice:\n%s\nonce:\n%s", twice.out, once.out)
		}
	})
}
