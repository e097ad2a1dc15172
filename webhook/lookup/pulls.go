package lookup

import (
	"context"
	"fmt"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
)

const (
	// maxSecrets bounds the pull secrets of one pod that are read, maxSecretBytes what each may have:
	// a pod may list thousands, and a Secret may have a megabyte. An honest one has some kilobytes for
	// each of a few registries.
	maxSecrets, maxSecretBytes = 16, 128 << 10
	// maxName is the length of a Secret's name.
	maxName = 253
	// maxRemembered is the longest pull secret that is remembered, in bytes: thousands of
	// the longest that there can be would fill the memory.
	maxRemembered = 16 << 10
)

// credentials returns what the pod's pull secrets and the configuration hold. A secret
// that is missing or broken is passed over: the kubelet does the same.
func (f *Finder) credentials(ctx context.Context, pod *corev1.Pod) []credential {
	var all []credential
	references := pod.Spec.ImagePullSecrets
	if f.secrets == nil {
		references = nil
	}
	if len(references) > maxSecrets {
		logr.FromContextOrDiscard(ctx).Info("pull secrets beyond the first are not read", "namespace", pod.Namespace, "first", maxSecrets, "all", len(references))
		references = references[:maxSecrets]
	}
	for _, reference := range references {
		if reference.Name != "" && len(reference.Name) <= maxName {
			all = append(all, f.pullSecret(ctx, pod.Namespace, reference.Name)...)
		}
	}
	return append(all, f.fallback...)
}

// pullSecret returns what a Secret holds, nothing if it cannot be used.
func (f *Finder) pullSecret(ctx context.Context, namespace, name string) []credential {
	key := namespace + "/" + name
	if found, cached := f.pulls.Get(key); cached {
		return found
	}
	leave, err := f.reading.enter(ctx, namespace, f.settings.Budget)
	if err != nil {
		return nil // the time is up
	}
	defer leave()
	if found, cached := f.pulls.Get(key); cached { // whoever was in front has read it
		return found
	}
	found, size, err := f.readSecret(ctx, namespace, name)
	if err != nil {
		logr.FromContextOrDiscard(ctx).Info("pull secret not usable", "secret", key, "error", err.Error())
		if ctx.Err() != nil {
			return nil
		}
	}
	if size <= maxRemembered {
		f.pulls.Add(key, found)
	}
	return found
}

// readSecret reads a Secret and returns how long it is, too; 0 if it is of no use.
func (f *Finder) readSecret(ctx context.Context, namespace, name string) (found []credential, size int, err error) {
	data, err := f.secrets.PullSecret(ctx, namespace, name)
	if err != nil {
		return nil, 0, err
	}
	if size = len(data[corev1.DockerConfigJsonKey]) + len(data[corev1.DockerConfigKey]); size > maxSecretBytes {
		return nil, 0, fmt.Errorf("it has %d bytes, of which at most %d are read", size, maxSecretBytes)
	}
	if found, err = parseSecret(data); err != nil {
		return nil, 0, err
	}
	return found, size, nil
}
