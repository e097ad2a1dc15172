package splice_test

import (
	"encoding/json"
	"testing"

	"gomodules.xyz/jsonpatch/v2"

	"github.com/softstop/softstop/cmd/softstop/splice"
)

func operation(op, path string, value any) jsonpatch.Operation {
	return jsonpatch.Operation{Operation: op, Path: path, Value: value}
}

func add(path string, value any) jsonpatch.Operation { return operation("add", path, value) }
func remove(path string) jsonpatch.Operation         { return operation("remove", path, nil) }

// TestLayouts holds that only what is named changes, whatever the layout.
func TestLayouts(t *testing.T) {
	words := []string{"init", "--", "sh", "-c", "a\nb\n"}
	for name, c := range map[string]struct {
		text       string
		operations []jsonpatch.Operation
		want       string
	}{
		"a literal at the end keeps its last line":      {"a:\n- |\n  x\n\n  y\n# end\n", []jsonpatch.Operation{add("/b", 1)}, "a:\n- |\n  x\n\n  y\nb: 1\n# end\n"},
		"a literal that keeps blank lines":              {"a: |+\n  x\n\n", []jsonpatch.Operation{add("/b", 1)}, "a: |+\n  x\n\nb: 1\n"},
		"what looks like a comment in a literal":        {"s:\n  a: |\n    x\n    # y\n  # z\nt: 1\n", []jsonpatch.Operation{add("/s/b", 1)}, "s:\n  a: |\n    x\n    # y\n  b: 1\n  # z\nt: 1\n"},
		"a literal that starts with spaces":             {"s:\n  a: |2\n      x\n    y\nt: 1\n", []jsonpatch.Operation{add("/s/b", 1)}, "s:\n  a: |2\n      x\n    y\n  b: 1\nt: 1\n"},
		"a text over several lines":                     {"s:\n  a: x\n    y\n\n    z # c\nt: 1\n", []jsonpatch.Operation{add("/s/b", 1)}, "s:\n  a: x\n    y\n\n    z # c\n  b: 1\nt: 1\n"},
		"a quoted text over several lines":              {"s:\n  a: \"x\n    # \\\" y\"\n  c: 'it''s\n    #'\n", []jsonpatch.Operation{add("/s/b", 1)}, "s:\n  a: \"x\n    # \\\" y\"\n  c: 'it''s\n    #'\n  b: 1\n"},
		"words before those that were there":            {"command:\n# why\n- sh # here\n- -c\n- |\n  a\n  b\n", []jsonpatch.Operation{operation("replace", "/command", words)}, "command:\n- init\n- --\n# why\n- sh # here\n- -c\n- |\n  a\n  b\n"},
		"words before those in brackets":                {"command: ['sh', \"-c\", \"a\\nb\\n\"] # c\n", []jsonpatch.Operation{operation("replace", "/command", words)}, "command: [init, --, 'sh', \"-c\", \"a\\nb\\n\"] # c\n"},
		"brackets over several lines":                   {"a: [\n  x, # c\n  y,\n]\nb: 1\n", []jsonpatch.Operation{add("/a/-", "z"), add("/a/0", "w")}, "a: [\n  w,\n  x, # c\n  y,\n  z,\n]\nb: 1\n"},
		"the end of a file without a line end":          {"a: 1", []jsonpatch.Operation{add("/b", []any{1})}, "a: 1\nb:\n- 1"},
		"quotes and bases stay":                         {"a: \"x\"\nb: 'y'\nc: 0x14\nd: 0o24\ne: 024\nf: 0xFF\ng: 20\nh: z\n", []jsonpatch.Operation{operation("replace", "/a", "x,1"), operation("replace", "/b", "y,1"), operation("replace", "/c", 30), operation("replace", "/d", 30), operation("replace", "/e", 30), operation("replace", "/f", 171), operation("replace", "/g", 30), operation("replace", "/h", "z,1")}, "a: \"x,1\"\nb: 'y,1'\nc: 0x1e\nd: 0o36\ne: 036\nf: 0xAB\ng: 30\nh: z,1\n"},
		"CRLF":                                          {"a:\r\n  b: 1\r\nc: 2\r\n", []jsonpatch.Operation{add("/a/d", map[string]any{"e": 1})}, "a:\r\n  b: 1\r\n  d:\r\n    e: 1\r\nc: 2\r\n"},
		"lists deeper than their keys":                  {"a:\n  - 1\nb:\n", []jsonpatch.Operation{add("/b", []any{map[string]any{"x": []any{1}}})}, "a:\n  - 1\nb:\n  - x:\n      - 1\n"},
		"nothing behind a key":                          {"a:\nb: ~\nc:   # none\n", []jsonpatch.Operation{add("/a", 1), add("/b", 2), add("/c", 3)}, "a: 1\nb: 2\nc: 3   # none\n"},
		"empty brackets":                                {"a: []\nb: {} # none\n", []jsonpatch.Operation{add("/a", []any{1}), add("/b/x", 2)}, "a:\n- 1\nb: {x: 2} # none\n"},
		"the first key beside a dash goes":              {"- a: 1\n  b: 2\n- a: 3 # c\n  b: 4\n", []jsonpatch.Operation{remove("/0/a"), remove("/1/b")}, "- b: 2\n- a: 3 # c\n"},
		"a dash with a comment of its own":              {"s:\n- # one\n  a: 1\n-   a: 2\n", []jsonpatch.Operation{add("/s/0", 0), add("/s/2/b", 3)}, "s:\n- 0\n- # one\n  a: 1\n-   a: 2\n    b: 3\n"},
		"lists in lists":                                {"- - a\n  - b\n", []jsonpatch.Operation{add("/0/0", "x"), add("/0/-", "z")}, "- - x\n  - a\n  - b\n  - z\n"},
		"an alias is unshared where it is changed":      {"a: &x {p: 1}\nb: *x\nc: *x\n", []jsonpatch.Operation{add("/b/q", 2)}, "a: &x {p: 1}\nb: {p: 1, q: 2}\nc: *x\n"},
		"an anchor's aliases keep what it was":          {"a: &x\n  p: 1\nb: *x\nc: [*x]\n", []jsonpatch.Operation{add("/a/q", 2)}, "a: &x\n  p: 1\n  q: 2\nb:\n  p: 1\nc: [{p: 1}]\n"},
		"a merged mapping is overruled, not changed":    {"base: &x\n  list:\n  - 1\na:\n  <<: *x\n  k: v\n", []jsonpatch.Operation{add("/a/list/-", 2)}, "base: &x\n  list:\n  - 1\na:\n  <<: *x\n  k: v\n  list:\n  - 1\n  - 2\n"},
		"a merged list is replaced beside the merge":    {"base: &x\n  command: [sh]\na:\n  <<: *x\nb:\n  <<: *x\n", []jsonpatch.Operation{operation("replace", "/a/command", []string{"init", "sh"})}, "base: &x\n  command: [sh]\na:\n  <<: *x\n  command:\n  - init\n  - sh\nb:\n  <<: *x\n"},
		"a replaced text keeps its quotes":              {"a: \"cache\" # c\nb: 'x'\nc: 0x14\n", []jsonpatch.Operation{operation("replace", "/a", "cache,softstop"), operation("replace", "/b", "y"), operation("replace", "/c", 25)}, "a: \"cache,softstop\" # c\nb: 'y'\nc: 0x19\n"},
		"an anchor before a block":                      {"a: &x\n  # c\n  - 1\nb: !!map\n  k: &y v\n", []jsonpatch.Operation{add("/a/-", 2), add("/b/l", 3)}, "a: &x\n  # c\n  - 1\n  - 2\nb: !!map\n  k: &y v\n  l: 3\n"},
		"JSON in one line":                              {`{"a":{},"b":[1]}`, []jsonpatch.Operation{add("/a/x", "<y>"), add("/b/0", 0), add("/c", map[string]any{"d": 1})}, `{"a":{"x":"<y>"},"b":[0,1],"c":{"d":1}}`},
		"JSON in lines":                                 {"{\n\t\"a\": [\n\t\t1\n\t]\n}\n", []jsonpatch.Operation{add("/a/-", 2), add("/c", map[string]any{"d": 1})}, "{\n\t\"a\": [\n\t\t1,\n\t\t2\n\t],\n\t\"c\": {\n\t\t\"d\": 1\n\t}\n}\n"},
		"two additions at one place, the deepest first": {"a:\n  b:\n    c: 1\n", []jsonpatch.Operation{add("/z", 1), add("/a/w", 2), add("/a/b/x", 3)}, "a:\n  b:\n    c: 1\n    x: 3\n  w: 2\nz: 1\n"},
		"letters of several bytes before the value":     {"{ä: 1, é: {ö: [ü]}} # ß\n", []jsonpatch.Operation{add("/é/ö/-", "x")}, "{ä: 1, é: {ö: [ü, x]}} # ß\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := splice.Parse([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			d.Apply(nil, c.operations...)
			got, err := d.Text()
			if err != nil || string(got) != c.want {
				t.Errorf("from:\n%s\ngot:\n%s\nwant:\n%s\n%v", c.text, got, c.want, err)
			}
		})
	}
}

// TestAnew holds that a document whose text cannot be kept is written anew, with all it says.
func TestAnew(t *testing.T) {
	for name, c := range map[string]struct {
		text       string
		operations []jsonpatch.Operation
		want       string
	}{
		"a merged value is removed": {"---\nbase: &x {p: 1, q: 2}\na:\n  <<: *x\n  k: v\n", []jsonpatch.Operation{remove("/a/p")}, "---\na:\n  k: v\n  q: 2\nbase:\n  p: 1\n  q: 2\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := splice.Parse([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			d.Apply(nil, c.operations...)
			got, err := d.Text()
			if err != nil || string(got) != c.want || !d.Rewritten() {
				t.Errorf("from:\n%s\ngot:\n%s\nwant:\n%s\n%v", c.text, got, c.want, err)
			}
		})
	}
}

// FuzzText holds that no text makes it panic or write what means something else: a new
// key at the root leaves all other values as they were.
func FuzzText(f *testing.F) {
	for _, text := range []string{"a: 1", "a: &x [1]\nb: *x", "{a: {b: c}}", "a: |\n  x\n", "- 1", "a: 'b'\n...\n", "? a\n: b", "a: >-\n\n x"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := splice.Parse(text)
		if err != nil || d.Empty() {
			return
		}
		var before map[string]any
		if json.Unmarshal(d.JSON(), &before) != nil || before == nil {
			return
		}
		d.Apply(nil, add("/softstop", map[string]any{"x": []any{1}}))
		changed, err := d.Text()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		again, err := splice.Parse(changed)
		if err != nil {
			t.Fatalf("%q became %q: %v", text, changed, err)
		}
		var after map[string]any
		if err := json.Unmarshal(again.JSON(), &after); err != nil || after["softstop"] == nil {
			t.Errorf("%q became %q: %v", text, changed, err)
		}
	})
}
