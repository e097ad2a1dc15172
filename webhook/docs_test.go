package webhook_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/softstop/softstop/config"
)

// TestDocsYAML reads the configuration of the documentation, as people will copy it.
func TestDocsYAML(t *testing.T) {
	page, err := os.ReadFile("../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)<!-- configuration -->\n```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) == 0 {
		t.Fatal("no configuration in docs/webhook.md")
	}
	for _, block := range blocks {
		if _, err := config.Parse(block[1]); err != nil {
			t.Errorf("%v in:\n%s", err, block[1])
		}
	}
}
