package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What every file says of itself.
const (
	APIVersion = "softstop.dev/v1alpha1"
	Kind       = "Config"
)

// Config is the cluster's configuration of softstop.
type Config struct {
	// APIVersion is softstop.dev/v1alpha1.
	APIVersion string `json:"apiVersion" jsonschema:"enum=softstop.dev/v1alpha1"`
	// Kind is Config.
	Kind string `json:"kind" jsonschema:"enum=Config"`
	// Mode holds for pods about which neither pod nor namespace says anything: optIn leaves them alone, optOut injects them.
	Mode string `json:"mode,omitempty" jsonschema:"enum=optIn,enum=optOut,default=optIn"`
	// Strict refuses pods with bad values in their annotations instead of ignoring the values with a warning.
	Strict bool `json:"strict,omitempty"`
	// InitImage is the image with softstop-init in it.
	InitImage string `json:"initImage,omitempty"`
	// InitImagePullPolicy is the pull policy of initImage; without it Kubernetes decides.
	InitImagePullPolicy string `json:"initImagePullPolicy,omitempty" jsonschema:"enum=Always,enum=IfNotPresent,enum=Never"`
	// Defaults are the values for every pod that nobody else sets.
	Defaults Values `json:"defaults,omitempty"`
	// Rules are tried in order for each container; the first that matches holds.
	Rules []Rule `json:"rules,omitempty"`
	// Limits are what namespaces and pods cannot go beyond.
	Limits Limits `json:"limits,omitempty"`
	// Images says what images run that nobody can look up, by image pattern (* stands for any text).
	Images map[string]Image `json:"images,omitempty"`
	// Registry says how images are looked up whose command the pod spec leaves to the image.
	Registry Registry `json:"registry,omitempty"`
}

// Rule sets values for the containers it matches.
type Rule struct {
	// Name is for people.
	Name string `json:"name,omitempty"`
	// Match says which containers the rule is for; what is left out matches everything.
	Match Match `json:"match,omitempty"`
	// Set are the rule's values.
	Set Values `json:"set"`
}

// Match selects containers. All that is given must match.
type Match struct {
	// Namespaces are names, in which * stands for any text.
	Namespaces []string `json:"namespaces,omitempty"`
	// Labels selects pods by their labels.
	Labels *metav1.LabelSelector `json:"labels,omitempty"`
	// OwnerKinds are the kinds of the pod's controller, such as Job or StatefulSet; a Deployment's pods are owned by a ReplicaSet.
	OwnerKinds []string `json:"ownerKinds,omitempty"`
	// Images are the container's image, in which * stands for any text.
	Images []string `json:"images,omitempty"`
}

// Limits are what namespaces and pods cannot go beyond.
type Limits struct {
	// MaxDrain is the longest drain anybody can ask for, 24h without it.
	MaxDrain string `json:"maxDrain,omitempty" jsonschema:"example=60s"`
	// MaxGrace is how far a grace period is raised at most, 1h without it; a longer one of the pod's own is kept.
	MaxGrace string `json:"maxGrace,omitempty" jsonschema:"example=10m"`
	// Locked are the settings that only this file makes. With inject, pods cannot opt in or out; their namespaces still can.
	Locked []string `json:"locked,omitempty"`
}

// Image is what an image's configuration says about its process.
type Image struct {
	// Entrypoint is the image's ENTRYPOINT in exec form.
	Entrypoint []string `json:"entrypoint,omitempty"`
	// Cmd is the image's CMD in exec form.
	Cmd []string `json:"cmd,omitempty"`
	// StopSignal is the image's STOPSIGNAL; without it SIGTERM.
	StopSignal string `json:"stopSignal,omitempty"`
}

// Registry says how images are looked up.
type Registry struct {
	// Enabled is whether registries are asked at all.
	Enabled *bool `json:"enabled,omitempty" jsonschema:"default=true"`
	// PullSecrets is whether the pull secrets of pods may be read.
	PullSecrets *bool `json:"pullSecrets,omitempty" jsonschema:"default=true"`
	// Budget is the time for all images of one pod, 2s without it; keep it below the webhook's timeout.
	Budget string `json:"budget,omitempty" jsonschema:"example=2s"`
	// TagTTL is how long a tag is taken to mean the same image, 2s without it.
	TagTTL string `json:"tagTTL,omitempty" jsonschema:"example=2s"`
	// CredentialsFile is the path of a Docker config file, used after the pods' own pull secrets.
	CredentialsFile string `json:"credentialsFile,omitempty"`
	// CredentialHelpers are Docker credential helpers by registry host (* stands for one label), used last: the NAME of a docker-credential-NAME on the PATH, or a path.
	CredentialHelpers map[string]string `json:"credentialHelpers,omitempty"`
	// CAPath is the path of a file, or of a folder of files, with certificates in PEM, of authorities to trust besides the public ones.
	CAPath string `json:"caPath,omitempty"`
	// Mirrors are tried before a registry, by the registry's host; each is a host, with a path if the mirror has one.
	Mirrors map[string][]string `json:"mirrors,omitempty"`
	// Insecure are hosts that are asked over plain HTTP.
	Insecure []string `json:"insecure,omitempty"`
	// Deny are networks that are never asked, besides loopback, link-local and the cluster's Services.
	Deny []string `json:"deny,omitempty"`
	// Allow are exceptions from all networks that are never asked.
	Allow []string `json:"allow,omitempty"`
}
