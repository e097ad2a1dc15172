package webhook_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/softstop/softstop/webhook"
)

// TestReasons: the list is complete, every reason has a sentence, and a warning with it
// is not cut by the API server for a container with an ordinary name.
func TestReasons(t *testing.T) {
	source, err := os.ReadFile("reasons.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared []string
	for _, found := range regexp.MustCompile(`Reason = "([a-z0-9-]+)"`).FindAllStringSubmatch(string(source), -1) {
		declared = append(declared, found[1])
	}
	var listed []string
	for _, reason := range webhook.Reasons() {
		listed = append(listed, string(reason))
		sentence := strings.ReplaceAll(reason.Sentence(), "CONTAINER", "application-server")
		if sentence == "" || strings.HasSuffix(sentence, ".") {
			t.Errorf("%s: %q is no sentence without a full stop", reason, sentence)
		}
		if warning := `softstop: container "application-server" is not wrapped: ` + sentence; len(warning) > 256 {
			t.Errorf("%s: a warning of %d bytes", reason, len(warning))
		}
	}
	if !slices.Equal(declared, listed) {
		t.Errorf("declared %v\nlisted   %v", declared, listed)
	}
}

// TestReasonsAreDocumented holds the table in docs to the one in the code.
func TestReasonsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range webhook.Reasons() {
		if row := "| `" + string(reason) + "` | " + reason.Sentence() + " |"; !strings.Contains(string(page), row) {
			t.Errorf("docs/webhook.md lacks the row:\n%s", row)
		}
	}
}
