package webhook

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/softstop/softstop/webhook/inject"
)

// TestWarningLengths: a warning of 256 bytes, its prefix included, is sent as it is; a longer one
// is cut to at most that, between characters, and ends with an ellipsis.
func TestWarningLengths(t *testing.T) {
	for _, text := range []string{
		"short",
		strings.Repeat("a", 256-len(prefix)), strings.Repeat("a", 257-len(prefix)), strings.Repeat("a", 1000),
		"a" + strings.Repeat("é", 400), strings.Repeat("é", 400), strings.Repeat("界", 400), "a" + strings.Repeat("界", 400), "aa" + strings.Repeat("界", 400),
	} {
		got := warnings([]inject.Warning{{Text: text}})[0]
		if whole := prefix + text; len(whole) <= 256 {
			if got != whole {
				t.Errorf("of %d bytes: got %q", len(whole), got)
			}
			continue
		}
		kept, cut := strings.CutSuffix(got, "…")
		if !cut || len(got) > 256 || len(got) < 256-utf8.UTFMax || !utf8.ValidString(got) || !strings.HasPrefix(prefix+text, kept) {
			t.Errorf("got %d bytes: %q", len(got), got)
		}
	}
}

// TestWarningsAreCounted: ten warnings are sent, and the number of those that are not; all of them
// together fit into the 4 KiB that an API server passes on.
func TestWarningsAreCounted(t *testing.T) {
	for count, last := range map[int]string{0: "", 1: "1", 9: "9", 10: "10", 11: "and 1 more warnings", 25: "and 15 more warnings"} {
		var list []inject.Warning
		for i := range count {
			list = append(list, inject.Warning{Text: strings.Repeat("x", 250) + string(rune('0'+(i+1)%10))})
		}
		got, bytes := warnings(list), 0
		if len(got) != min(count, 11) {
			t.Errorf("%d warnings become %d", count, len(got))
			continue
		}
		for i, text := range got {
			if bytes += len(text); i < 10 && len(text) > 256 || bytes > 4096 {
				t.Errorf("warning %d of %d has %d bytes, all so far %d", i, count, len(text), bytes)
			}
		}
		if count > 10 && got[10] != prefix+last {
			t.Errorf("%d warnings: the last is %q, want %q", count, got[10], prefix+last)
		}
	}
}
