//go:build linux

package chart

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/softstop/softstop/config"
)

// TestMetadata: the version stands in Chart.yaml, in the images that Artifact Hub reads of it and
// in pre-commit's hook alike; the images are those of values.yaml, and where releases are pushed;
// what Artifact Hub reads is of its kinds.
func TestMetadata(t *testing.T) {
	var chart struct {
		Version     string
		AppVersion  string `yaml:"appVersion"`
		Annotations map[string]string
	}
	read(t, chartFile(t, "Chart.yaml"), &chart)
	if chart.Version != chart.AppVersion {
		t.Errorf("version %s, appVersion %s", chart.Version, chart.AppVersion)
	}
	var values struct {
		Image struct{ Repository string }
		Init  struct{ Image struct{ Repository string } }
		Node  struct{ Image struct{ Repository string } }
	}
	read(t, chartFile(t, "values.yaml"), &values)
	var images []struct{ Name, Image string }
	read(t, []byte(chart.Annotations["artifacthub.io/images"]), &images)
	if len(images) != 3 {
		t.Fatalf("%d images, want the webhook's, the init's and the nodes' plugin's", len(images))
	}
	for i, repository := range []string{values.Image.Repository, values.Init.Image.Repository, values.Node.Image.Repository} {
		if want := config.ImageRegistry + "/" + images[i].Name; repository != want || images[i].Image != want+":"+chart.Version {
			t.Errorf("values.yaml has %s, artifacthub.io/images %s, want %s, and its version %s", repository, images[i].Image, want, chart.Version)
		}
	}
	var changes []struct{ Kind, Description string }
	read(t, []byte(chart.Annotations["artifacthub.io/changes"]), &changes)
	for _, change := range changes {
		if !slices.Contains([]string{"added", "changed", "deprecated", "removed", "fixed", "security"}, change.Kind) || change.Description == "" {
			t.Errorf("artifacthub.io/changes has %+v", change)
		}
	}
	var others []struct{ Name, URL string }
	for _, key := range []string{"artifacthub.io/links", "artifacthub.io/recommendations"} {
		others = nil
		read(t, []byte(chart.Annotations[key]), &others)
		if len(others) == 0 || slices.ContainsFunc(others, func(o struct{ Name, URL string }) bool { return !strings.HasPrefix(o.URL, "https://") }) {
			t.Errorf("%s has %+v", key, others)
		}
	}
	hooks, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if image := config.ImageRegistry + "/softstop:" + chart.Version + " "; err != nil || !bytes.Contains(hooks, []byte(image)) {
		t.Errorf("%v; .pre-commit-hooks.yaml does not run %s", err, image)
	}
}

func read(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}
