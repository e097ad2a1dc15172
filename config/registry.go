package config

import (
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
	// Helpers are Docker credential helpers by the registries' hosts, in which * stands
	// for one label: the NAME of a docker-credential-NAME on the PATH, or a path. They are
	// used last, and nobody without one pays for them.
	Helpers map[string]string
	// CAPath is a file, or a folder of files, with the certificates, in PEM, of
	// authorities to trust besides the public ones.
	CAPath string
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
	// minBudget is what the quickest registry needs for an answer.
	minBudget = 100 * time.Millisecond
	// maxBudget stays below the longest timeout a webhook can have, which is 30 s.
	maxBudget = 25 * time.Second
)
