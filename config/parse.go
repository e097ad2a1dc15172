package config

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/softstop/softstop/config/v1alpha1"
	"github.com/softstop/softstop/initbin"
)

// Parse reads a configuration file. The error is everything that is wrong with it, one
// mistake a line, each with its path, its value and what is allowed there.
func Parse(data []byte) (Config, error) {
	var file v1alpha1.Config
	mistakes, err := decode(data, &file)
	if err != nil {
		return Config{}, err
	}
	p := parser{errs: mistakes}
	config := p.config(file)
	if err := errors.Join(p.errs...); err != nil {
		return Config{}, err
	}
	return config, nil
}

// parser turns what is written into what is meant, and collects what means nothing.
type parser struct{ errs []error }

// minMaxGrace leaves room for the shortest stop plan.
const minMaxGrace = 5 * time.Second

func (p *parser) config(f v1alpha1.Config) Config {
	p.oneOf("apiVersion", f.APIVersion, v1alpha1.APIVersion)
	p.oneOf("kind", f.Kind, v1alpha1.Kind)
	c := Default()
	c.Strict = f.Strict
	if f.Mode != "" {
		c.Mode = Mode(p.oneOf("mode", f.Mode, string(OptIn), string(OptOut)))
	}
	if f.InitImage != "" {
		c.InitImage = f.InitImage
		if !regexp.MustCompile(`^[a-zA-Z0-9]\S*$`).MatchString(f.InitImage) {
			p.fail("initImage", f.InitImage, "an image such as registry.example/softstop-init:1")
		}
	}
	if f.InitImagePullPolicy != "" {
		c.InitPullPolicy = p.oneOf("initImagePullPolicy", f.InitImagePullPolicy, "Always", "IfNotPresent", "Never")
	}
	c.Defaults.All = p.values("defaults", SourceConfig, f.Defaults)
	for i, rule := range f.Rules {
		c.Rules = append(c.Rules, p.rule(fmt.Sprintf("rules[%d]", i), rule))
	}
	p.duration("limits.maxDrain", f.Limits.MaxDrain, 0, maxDuration, &c.Limits.MaxDrain)
	p.duration("limits.maxGrace", f.Limits.MaxGrace, minMaxGrace, maxDuration, &c.Limits.MaxGrace)
	for i, name := range f.Limits.Locked {
		c.Limits.Locked = append(c.Limits.Locked, Field(p.oneOf(fmt.Sprintf("limits.locked[%d]", i), name, lockable()...)))
	}
	for _, pattern := range slices.Sorted(maps.Keys(f.Images)) {
		if c.Images == nil {
			c.Images = map[string]Image{}
		}
		c.Images[pattern] = p.image(below("images", pattern), f.Images[pattern])
	}
	p.registry(f.Registry, &c.Registry)
	return c
}

func (p *parser) fail(path, value, allowed string) {
	p.errs = append(p.errs, fmt.Errorf("%s: %q must be %s", path, value, allowed))
}

// oneOf returns value, which must be one of a few words.
func (p *parser) oneOf(path, value string, words ...string) string {
	if !slices.Contains(words, value) {
		p.fail(path, value, enumerated(words))
	}
	return value
}

// enumerated returns the words as the end of a sentence: a, b or c.
func enumerated(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// lockable are the names that limits.locked may hold.
func lockable() []string {
	names := []string{string(FieldInject)}
	for _, field := range Fields() {
		names = append(names, string(field))
	}
	return names
}

// values reads a section of settings at path.
func (p *parser) values(path string, source Source, section v1alpha1.Values) Policy {
	var said Policy
	for _, name := range slices.Sorted(maps.Keys(section)) {
		row := Field(name).find()
		if row == nil {
			p.errs = append(p.errs, fmt.Errorf("%s: %s", below(path, name), noSuchField(name, "here it has", lockable()[1:])))
			continue
		}
		if text := row.about().text(section[name]); !row.set(&said, source, text) {
			p.fail(below(path, name), text, row.about().allowed)
		}
	}
	return said
}

func (p *parser) rule(path string, f v1alpha1.Rule) Rule {
	rule := Rule{
		Name: f.Name, Namespaces: f.Match.Namespaces, OwnerKinds: f.Match.OwnerKinds, Images: f.Match.Images,
		Labels: labels.Everything(), Set: p.values(path+".set", SourceRule, f.Set),
	}
	for i, kind := range f.Match.OwnerKinds {
		if owner, above := map[string]string{"Deployment": "ReplicaSet", "CronJob": "Job"}[kind]; above {
			p.fail(fmt.Sprintf("%s.match.ownerKinds[%d]", path, i), kind, "the kind of the pods' own controller: "+owner)
		}
	}
	if f.Match.Labels != nil {
		selector, err := metav1.LabelSelectorAsSelector(f.Match.Labels)
		if err != nil {
			p.errs = append(p.errs, fmt.Errorf("%s.match.labels: %w; the operators are In, NotIn, Exists and DoesNotExist", path, err))
			return rule
		}
		rule.Labels = selector
	}
	return rule
}

func (p *parser) image(path string, f v1alpha1.Image) Image {
	if _, ok := initbin.ParseSignal(f.StopSignal); f.StopSignal != "" && !ok {
		p.fail(path+".stopSignal", f.StopSignal, FieldStopSignal.Allowed())
	}
	return Image{Entrypoint: f.Entrypoint, Cmd: f.Cmd, StopSignal: f.StopSignal}
}

// duration reads an optional duration into to.
func (p *parser) duration(path, value string, least, most time.Duration, to *time.Duration) {
	if value == "" {
		return
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < least || d > most {
		p.fail(path, value, fmt.Sprintf("a duration from %s to %s", least, most))
		return
	}
	*to = d
}

func (p *parser) registry(f v1alpha1.Registry, r *Registry) {
	r.Off = f.Enabled != nil && !*f.Enabled
	r.NoPullSecrets = f.PullSecrets != nil && !*f.PullSecrets
	r.CredentialsFile, r.CAPath = f.CredentialsFile, f.CAPath
	r.Helpers, r.Mirrors, r.Insecure = f.CredentialHelpers, f.Mirrors, f.Insecure
	p.duration("registry.budget", f.Budget, minBudget, maxBudget, &r.Budget)
	p.duration("registry.tagTTL", f.TagTTL, 0, maxDuration, &r.TagTTL)
	program := regexp.MustCompile(`^(/|[a-z0-9][a-z0-9-]*$)`)
	for _, host := range slices.Sorted(maps.Keys(f.CredentialHelpers)) {
		path := below("registry.credentialHelpers", host)
		p.host(path, host)
		if helper := f.CredentialHelpers[host]; !program.MatchString(helper) {
			p.fail(path, helper, "the NAME of a docker-credential-NAME, such as ecr-login, or an absolute path")
		}
	}
	for _, host := range slices.Sorted(maps.Keys(f.Mirrors)) {
		path := below("registry.mirrors", host)
		p.host(path, host)
		for i, mirror := range f.Mirrors[host] {
			p.host(fmt.Sprintf("%s[%d]", path, i), mirror)
		}
	}
	for i, host := range f.Insecure {
		p.host(fmt.Sprintf("registry.insecure[%d]", i), host)
	}
	r.Deny, r.Allow = p.networks("registry.deny", f.Deny), p.networks("registry.allow", f.Allow)
}

func (p *parser) host(path, host string) {
	if host == "" || strings.Contains(host, "://") || strings.HasPrefix(host, "/") {
		p.fail(path, host, "a host such as registry.example:5000, without a scheme")
	}
}

func (p *parser) networks(path string, texts []string) []netip.Prefix {
	var networks []netip.Prefix
	for i, text := range texts {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			p.fail(fmt.Sprintf("%s[%d]", path, i), text, "a network such as 10.0.0.0/8")
			continue
		}
		networks = append(networks, network.Masked())
	}
	return networks
}
