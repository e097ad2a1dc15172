package inject_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/softstop/softstop/webhook/inject"
)

// reasons are all that the code declares.
func reasons(t *testing.T) (all []inject.Reason) {
	t.Helper()
	source, err := os.ReadFile("reasons.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`Reason = "([a-z0-9-]+)"`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, inject.Reason(found[1]))
	}
	if len(all) < 20 {
		t.Fatalf("only %q are declared", all)
	}
	return all
}

// TestReasons: every reason has a sentence, and a warning with it is not cut by the API
// server for a container with an ordinary name.
func TestReasons(t *testing.T) {
	for _, reason := range reasons(t) {
		sentence := strings.ReplaceAll(reason.Sentence(), "CONTAINER", "application-server")
		if sentence == "" || strings.HasSuffix(sentence, ".") {
			t.Errorf("%s: %q is no sentence without a full stop", reason, sentence)
		}
		if warning := `softstop: container "application-server" is not wrapped: ` + sentence; len(warning) > 256 {
			t.Errorf("%s: a warning of %d bytes", reason, len(warning))
		}
	}
}

// TestReasonsHaveFixes: whoever hears of a reason hears what to do about it; the others
// that say nothing are for what is well as it is.
func TestReasonsHaveFixes(t *testing.T) {
	well := []inject.Reason{inject.ReasonWorkflowEngine, inject.ReasonMustBePID1}
	for _, reason := range reasons(t) {
		if fix := strings.Contains(reason.Sentence(), "; "); !fix && (reason.Warns() || !slices.Contains(well, reason)) {
			t.Errorf("%s says no fix: %s", reason, reason.Sentence())
		}
	}
}

// TestReasonsAreMet: for every reason there is a golden pod that comes out with it, but for those that
// only the node has: TestOnNode meets them.
func TestReasonsAreMet(t *testing.T) {
	onNode := []inject.Reason{inject.ReasonPlanUnknown, inject.ReasonImageUnknown, inject.ReasonNoPlugin}
	outputs, _ := filepath.Glob("testdata/*.out.yaml")
	lonely, _ := filepath.Glob("testdata/*.reason")
	met := map[inject.Reason]bool{}
	for _, file := range slices.Concat(outputs, lonely) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`"reason":"([a-z0-9-]+)"|^([a-z0-9-]+)\n`).FindAllStringSubmatch(string(text), -1) {
			met[inject.Reason(found[1]+found[2])] = true
		}
	}
	for _, reason := range reasons(t) {
		if !met[reason] && !slices.Contains(onNode, reason) {
			t.Errorf("no golden pod has the reason %s", reason)
		}
	}
}

// TestReasonsAreDocumented holds the table in docs to the one in the code.
func TestReasonsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range reasons(t) {
		if row := "| `" + string(reason) + "` | " + reason.Sentence() + " |"; !strings.Contains(string(page), row) {
			t.Errorf("docs/webhook.md lacks the row:\n%s", row)
		}
	}
}
