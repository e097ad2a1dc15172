package stopper

import (
	"os"
	"path/filepath"
	"testing"
)

// TestWrite: a report replaces a report, and nothing else. What the application wrote is alone in
// the file at the last.
func TestWrite(t *testing.T) {
	const ours, next = `{"phase":"stop","left":[]}` + "\n", `{"phase":"done"}` + "\n"
	const longer = `{"phase":"done","killed":[{"pid":7}]}` + "\n"
	for name, c := range map[string]struct {
		there, line string
		last        bool
		want        string
	}{
		"nothing yet":                         {"", ours, false, ours},
		"a shorter one":                       {ours, next, true, next},
		"a longer one":                        {ours, longer, true, longer},
		"left by a writer that was killed":    {ours + "    ", next, false, next},
		"the application's own":               {"Out of disk", next, true, "Out of disk"},
		"the application truncated and wrote": {"Out of disk\n", next, false, "Out of disk\n"},
		"appended":                            {ours + "Out of disk\n", next, false, ours + "Out of disk\n"},
		"appended, at the last":               {ours + "Out of disk\n", next, true, "Out of disk\n"},
		"written over":                        {"Out of disk\n" + ours[12:], next, false, "Out of disk\n" + ours[12:]},
		"written over, at the last":           {"Out of disk\n" + ours[12:], next, true, "Out of disk\n"},
		"as long as ours, by chance":          {"Out of disk, out of mi\"]}\n", next, true, "Out of disk, out of mi\"]}\n"},
		"JSON of the application's own":       {`{"signal":"lost"}`, next, true, `{"signal":"lost"}`},
	} {
		path := filepath.Join(t.TempDir(), "report")
		if err := os.WriteFile(path, []byte(c.there), 0o600); err != nil {
			t.Fatal(err)
		}
		r := report{text: []byte(ours)}
		if err := r.write(path, []byte(c.line), c.last); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
}
