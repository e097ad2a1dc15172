package config

import (
	"fmt"
	"net/netip"
	"time"
)

// Registry says how images are looked up whose command nobody else knows.
type Registry struct {
	// Off means that no registry is ever asked.
	Off bool
	// Budget is the time for all of one pod's images together.
	Budget time.Duration
	// TagTTL is how long a tag is taken to mean the same image.
	TagTTL time.Duration
	// NoPullSecrets means that the pull secrets of pods are not read.
	NoPullSecrets bool
	// CredentialsFile is a Docker config file, used after a pod's own pull secrets.
	CredentialsFile string
	// Mirrors are tried before a registry, by the registry's host. Each is a host, with
	// a path if the mirror has one.
	Mirrors map[string][]string
	// Insecure are hosts that are asked over plain HTTP.
	Insecure []string
	// Deny are networks that are never dialled, besides loopback, link-local and the
	// cluster's own Service addresses. Allow are exceptions from all of these.
	Deny, Allow []netip.Prefix
}

const (
	// DefaultBudget is well below the webhook's timeout of 5 s.
	DefaultBudget = 2 * time.Second
	// DefaultTagTTL is long enough for the pods of one rollout to share an answer, and
	// too short for a person to push a tag again and meet the old one.
	DefaultTagTTL = 2 * time.Second
	// maxBudget stays below the longest timeout a webhook can have, which is 30 s.
	maxBudget = 25 * time.Second
)

type fileRegistry struct {
	Enabled         *bool               `json:"enabled"`
	Budget          string              `json:"budget"`
	TagTTL          string              `json:"tagTTL"`
	PullSecrets     *bool               `json:"pullSecrets"`
	CredentialsFile string              `json:"credentialsFile"`
	Mirrors         map[string][]string `json:"mirrors"`
	Insecure        []string            `json:"insecure"`
	Deny            []string            `json:"deny"`
	Allow           []string            `json:"allow"`
}

func (f fileRegistry) parse(r *Registry) (errs []error) {
	r.Off = f.Enabled != nil && !*f.Enabled
	r.NoPullSecrets = f.PullSecrets != nil && !*f.PullSecrets
	r.CredentialsFile, r.Mirrors, r.Insecure = f.CredentialsFile, f.Mirrors, f.Insecure
	errs = append(errs, durationBetween("registry.budget", f.Budget, 100*time.Millisecond, maxBudget, &r.Budget)...)
	errs = append(errs, durationBetween("registry.tagTTL", f.TagTTL, 0, maxDuration, &r.TagTTL)...)
	r.Deny, errs = prefixes("registry.deny", f.Deny, errs)
	r.Allow, errs = prefixes("registry.allow", f.Allow, errs)
	return errs
}

func prefixes(key string, texts []string, errs []error) ([]netip.Prefix, []error) {
	var parsed []netip.Prefix
	for i, text := range texts {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s[%d]: %q must be a network such as 10.0.0.0/8", key, i, text))
			continue
		}
		parsed = append(parsed, prefix.Masked())
	}
	return parsed, errs
}

// durationBetween parses an optional duration into to.
func durationBetween(key, value string, least, most time.Duration, to *time.Duration) []error {
	if value == "" {
		return nil
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < least || d > most {
		return []error{fmt.Errorf("%s: %q must be a duration from %s to %s", key, value, least, most)}
	}
	*to = d
	return nil
}
