package config

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/softstop/softstop/initbin"
)

// Config is the cluster's configuration, read from one file.
type Config struct {
	// Mode holds for pods about which neither pod nor namespace says anything.
	Mode Mode
	// Strict denies pods and their bad values instead of ignoring the values.
	Strict bool
	// InitImage is the image with softstop-init in it.
	InitImage string
	// InitPullPolicy is the pull policy of InitImage; empty leaves it to Kubernetes.
	InitPullPolicy string
	// Defaults are the cluster's own values.
	Defaults Settings
	// Rules are tried in order; the first that matches a container holds.
	Rules []Rule
	// Limits are what namespaces and pods cannot go beyond.
	Limits Limits
	// Images says what the images run that nobody can look up, by image pattern.
	Images map[string]Image
	// Registry says how other images are looked up.
	Registry Registry
}

// Image is what an image's configuration says about its process.
type Image struct {
	// Entrypoint and Cmd are the image's ENTRYPOINT and CMD in exec form.
	Entrypoint, Cmd []string
	// StopSignal is the image's STOPSIGNAL; empty means SIGTERM.
	StopSignal string
}

// ImageRegistry is where releases are pushed: the images of softstop-webhook, softstop-init and
// softstop below it, and the chart below its folder charts. A fork that releases changes it here,
// and in the chart.
const ImageRegistry = "ghcr.io/softstop"

// DefaultMaxGrace bounds how far a grace period is raised when the limits do not say.
const DefaultMaxGrace = time.Hour

// Default returns the configuration of a file that says nothing.
func Default() Config {
	return Config{
		Mode:      OptIn,
		InitImage: ImageRegistry + "/" + initbin.Name + ":" + strings.TrimPrefix(initbin.Version, "v"),
		Defaults:  Settings{Source: SourceConfig},
		Limits:    Limits{MaxDrain: maxDuration, MaxGrace: DefaultMaxGrace},
		Registry:  Registry{Budget: DefaultBudget, TagTTL: DefaultTagTTL},
	}
}

// Load reads the configuration file at path.
func Load(path string) (Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	config, err := Parse(data)
	if err != nil {
		return Config{}, fmt.Errorf("configuration %q: %w", path, err)
	}
	return config, nil
}

// ImageFor returns what the images section says about image. Of several patterns that
// match, the longest holds: it is the most specific.
func (c Config) ImageFor(image string) (Image, bool) {
	best, found := "", false
	for pattern := range c.Images {
		if glob(pattern, image) && (!found || len(pattern) > len(best) || len(pattern) == len(best) && pattern < best) {
			best, found = pattern, true
		}
	}
	return c.Images[best], found
}
