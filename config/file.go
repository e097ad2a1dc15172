package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"

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
	Entrypoint []string `json:"entrypoint,omitempty"`
	Cmd        []string `json:"cmd,omitempty"`
	// StopSignal is the image's STOPSIGNAL; empty means SIGTERM.
	StopSignal string `json:"stopSignal,omitempty"`
}

// DefaultMaxGrace bounds how far a grace period is raised when the limits do not say.
const DefaultMaxGrace = time.Hour

// minMaxGrace leaves room for the shortest stop plan.
const minMaxGrace = 5 * time.Second

// Default returns the configuration of an empty file.
func Default() Config {
	return Config{
		Mode:      OptIn,
		InitImage: "softstop/" + initbin.Name + ":" + strings.TrimPrefix(initbin.Version, "v"),
		Defaults:  Settings{Source: SourceConfig},
		Limits:    Limits{MaxDrain: maxDuration, MaxGrace: DefaultMaxGrace},
		Registry:  Registry{Budget: DefaultBudget, TagTTL: DefaultTagTTL},
	}
}

// text is a YAML string, number or boolean, as it was written.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err == nil {
		*t = text(s)
		return nil
	}
	if strings.HasPrefix(string(data), "{") {
		return fmt.Errorf("must be a string, a number, true or false, not %s", data)
	}
	*t = text(data)
	return nil
}

// file is the shape of the configuration file.
type file struct {
	Mode           Mode             `json:"mode"`
	Strict         bool             `json:"strict"`
	InitImage      string           `json:"initImage"`
	InitPullPolicy string           `json:"initImagePullPolicy"`
	Defaults       map[Field]text   `json:"defaults"`
	Rules          []fileRule       `json:"rules"`
	Limits         fileLimits       `json:"limits"`
	Images         map[string]Image `json:"images"`
	Registry       fileRegistry     `json:"registry"`
}

type fileRule struct {
	Name  string         `json:"name"`
	Match fileMatch      `json:"match"`
	Set   map[Field]text `json:"set"`
}

type fileMatch struct {
	Namespaces []string              `json:"namespaces"`
	Labels     *metav1.LabelSelector `json:"labels"`
	OwnerKinds []string              `json:"ownerKinds"`
	Images     []string              `json:"images"`
}

type fileLimits struct {
	MaxDrain string  `json:"maxDrain"`
	MaxGrace string  `json:"maxGrace"`
	Locked   []Field `json:"locked"`
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

// Parse reads a configuration file. Unknown keys are errors; every error is returned.
func Parse(data []byte) (Config, error) {
	var f file
	if err := yaml.UnmarshalStrict(data, &f); err != nil {
		return Config{}, err
	}
	c := Default()
	var errs []error
	if f.Mode != "" {
		c.Mode = f.Mode
	}
	if c.Mode != OptIn && c.Mode != OptOut {
		errs = append(errs, fmt.Errorf("mode: %q must be optIn or optOut", f.Mode))
	}
	if f.InitImage != "" {
		c.InitImage = f.InitImage
	}
	c.Strict, c.InitPullPolicy, c.Images = f.Strict, f.InitPullPolicy, f.Images
	errs = append(errs, setAll(&c.Defaults.All, "defaults", f.Defaults)...)
	for i, rule := range f.Rules {
		parsed, ruleErrs := rule.parse(fmt.Sprintf("rules[%d]", i))
		c.Rules = append(c.Rules, parsed)
		errs = append(errs, ruleErrs...)
	}
	errs = append(errs, f.Limits.parse(&c.Limits)...)
	errs = append(errs, f.Registry.parse(&c.Registry)...)
	for _, pattern := range slices.Sorted(maps.Keys(f.Images)) {
		signal := f.Images[pattern].StopSignal
		if _, ok := initbin.ParseSignal(signal); signal != "" && !ok {
			errs = append(errs, fmt.Errorf("images[%q].stopSignal: %q must be %s", pattern, signal, allowSignal))
		}
	}
	return c, errors.Join(errs...)
}

// setAll parses the values of a defaults or set section at path.
func setAll(v *Values, path string, section map[Field]text) (errs []error) {
	for _, field := range slices.Sorted(maps.Keys(section)) {
		key := path + "." + string(field)
		if !field.known() {
			errs = append(errs, fmt.Errorf("%s: softstop has no such field", key))
		} else if allowed := v.set(field, string(section[field])); allowed != "" {
			errs = append(errs, fmt.Errorf("%s: %q must be %s", key, section[field], allowed))
		}
	}
	return errs
}

func (r fileRule) parse(path string) (Rule, []error) {
	rule := Rule{Name: r.Name, Namespaces: r.Match.Namespaces, OwnerKinds: r.Match.OwnerKinds, Images: r.Match.Images}
	rule.Labels = labels.Everything()
	errs := setAll(&rule.Set, path+".set", r.Set)
	if r.Match.Labels != nil {
		selector, err := metav1.LabelSelectorAsSelector(r.Match.Labels)
		if err != nil {
			return rule, append(errs, fmt.Errorf("%s.match.labels: %w", path, err))
		}
		rule.Labels = selector
	}
	return rule, errs
}

func (f fileLimits) parse(limits *Limits) (errs []error) {
	errs = append(errs, durationBetween("limits.maxDrain", f.MaxDrain, 0, maxDuration, &limits.MaxDrain)...)
	errs = append(errs, durationBetween("limits.maxGrace", f.MaxGrace, minMaxGrace, maxDuration, &limits.MaxGrace)...)
	for i, field := range f.Locked {
		if !field.known() {
			errs = append(errs, fmt.Errorf("limits.locked[%d]: softstop has no field %q", i, field))
		}
	}
	limits.Locked = f.Locked
	return errs
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
