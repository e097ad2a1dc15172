package lookup

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"golang.org/x/sync/singleflight"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook"
)

// Secrets reads the Secrets that pods pull with.
type Secrets interface {
	// PullSecret returns a Secret's data.
	PullSecret(ctx context.Context, namespace, name string) (map[string][]byte, error)
}

// Finder implements webhook.Images.
type Finder struct {
	settings config.Registry
	secrets  Secrets
	fallback []credential
	registry registry

	tags      *expirable.LRU[key, v1.Hash]
	manifests *lru.Cache[key, manifest]
	failures  *expirable.LRU[question, webhook.Reason]
	pulls     *expirable.LRU[string, []credential]
	gates     *lru.Cache[string, *gate]
	flights   singleflight.Group
}

// key is an image as one credential sees it.
type key struct{ scope, image string }

// question is what is asked: an image, and everything that the answer depends on.
type question struct{ image, scopes, platforms string }

const (
	// entries bounds each cache. An entry is a few hundred bytes, maxWords at most.
	entries = 2048
	// failureTTL keeps a failing image from being asked again for every pod of a rollout.
	failureTTL = 5 * time.Second
	// pullTTL is how long a pull secret is remembered.
	pullTTL = 5 * time.Second
)

// errClosed means that the host's gate is closed.
var errClosed = errors.New("the host is not asked for a while")

// New returns a Finder. secrets may be nil: then only the configured credentials are
// used. deny are the cluster's own Service networks.
func New(settings config.Registry, secrets Secrets, deny []netip.Prefix) (*Finder, error) {
	f := &Finder{
		settings: settings, secrets: secrets,
		registry: registry{transport: newOutlet(settings, deny)},
		tags:     expirable.NewLRU[key, v1.Hash](entries, nil, max(settings.TagTTL, time.Millisecond)),
		failures: expirable.NewLRU[question, webhook.Reason](entries, nil, failureTTL),
		pulls:    expirable.NewLRU[string, []credential](entries, nil, pullTTL),
	}
	var err error
	if f.manifests, err = lru.New[key, manifest](entries); err != nil {
		return nil, fmt.Errorf("make cache: %w", err)
	}
	if f.gates, err = lru.New[string, *gate](entries); err != nil {
		return nil, fmt.Errorf("make cache: %w", err)
	}
	if settings.CredentialsFile != "" {
		data, err := os.ReadFile(settings.CredentialsFile)
		if err != nil {
			return nil, fmt.Errorf("read registry credentials: %w", err)
		}
		if f.fallback, err = parseConfig(data); err != nil {
			return nil, fmt.Errorf("registry credentials %q: %w", settings.CredentialsFile, err)
		}
	}
	return f, nil
}

// Ask implements webhook.Images.
func (f *Finder) Ask(ctx context.Context, pod *corev1.Pod, containers, platforms []string) map[string]webhook.ImageAnswer {
	ctx, cancel := context.WithTimeout(ctx, f.settings.Budget)
	defer cancel()
	credentials := f.credentials(ctx, pod)
	answers := map[string]webhook.ImageAnswer{}
	var mu sync.Mutex
	var asked sync.WaitGroup
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		if !slices.Contains(containers, c.Name) {
			continue
		}
		asked.Go(func() {
			answer := f.ask(ctx, &c, credentials, platforms)
			mu.Lock()
			defer mu.Unlock()
			answers[c.Name] = answer
		})
	}
	asked.Wait()
	return answers
}

// ask answers for one container, at the latest when ctx ends.
func (f *Finder) ask(ctx context.Context, c *corev1.Container, credentials []credential, platforms []string) webhook.ImageAnswer {
	if c.ImagePullPolicy == corev1.PullNever {
		return webhook.ImageAnswer{Reason: webhook.ReasonPullNever}
	}
	reference, err := f.parse(c.Image)
	if err != nil {
		return webhook.ImageAnswer{Reason: webhook.ReasonBadReference}
	}
	matched := matching(credentials, reference.Context())
	q := question{image: reference.Name(), platforms: strings.Join(platforms, " ")}
	for _, c := range matched {
		q.scopes += c.scope() + " "
	}
	if reason, failed := f.failures.Get(q); failed {
		return webhook.ImageAnswer{Reason: reason}
	}
	flight := f.flights.DoChan(q.image+"\n"+q.scopes+"\n"+q.platforms, func() (any, error) {
		// The flight is shared: one pod's request that ends must not end the others'.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.settings.Budget)
		defer cancel()
		return f.answer(ctx, reference, matched, platforms, q), nil
	})
	select {
	case result := <-flight:
		if answer, ok := result.Val.(webhook.ImageAnswer); ok {
			return answer
		}
	case <-ctx.Done():
	}
	return webhook.ImageAnswer{Reason: webhook.ReasonRegistryUnavailable}
}

// parse reads an image's name as the kubelet does.
func (f *Finder) parse(image string) (name.Reference, error) {
	reference, err := name.ParseReference(image)
	if err != nil {
		return nil, err
	}
	if slices.Contains(f.settings.Insecure, reference.Context().RegistryStr()) {
		return name.ParseReference(image, name.Insecure)
	}
	return reference, nil
}

// answer asks every place that may know the image, with every credential for it, and
// logs what went wrong if none knows.
func (f *Finder) answer(ctx context.Context, reference name.Reference, matched []credential, platforms []string, q question) webhook.ImageAnswer {
	var failed error
	for _, place := range f.places(reference) {
		for _, c := range matched {
			image, err := f.find(ctx, place, c, platforms)
			if err == nil {
				return webhook.ImageAnswer{Image: image}
			}
			if errors.Is(err, errDiffer) {
				return webhook.ImageAnswer{Reason: webhook.ReasonPlatformsDiffer}
			}
			failed = errors.Join(failed, fmt.Errorf("ask for %s: %w", place, err))
			if reason := reasonOf(err); reason != webhook.ReasonRegistryUnauthorized && reason != webhook.ReasonImageNotFound {
				break // another credential will not help
			}
		}
	}
	reason := reasonOf(failed)
	f.failures.Add(q, reason)
	logr.FromContextOrDiscard(ctx).Info("image not found out", "image", q.image, "reason", reason, "error", failed.Error())
	return webhook.ImageAnswer{Reason: reason}
}

// places returns the mirrors of the image's registry, then the registry itself.
func (f *Finder) places(reference name.Reference) []name.Reference {
	var places []name.Reference
	host := reference.Context().RegistryStr()
	mirrors := f.settings.Mirrors[host]
	if host == name.DefaultRegistry {
		mirrors = append(mirrors, f.settings.Mirrors["docker.io"]...)
	}
	for _, mirror := range mirrors {
		separator := ":"
		if _, byDigest := reference.(name.Digest); byDigest {
			separator = "@"
		}
		if place, err := f.parse(mirror + "/" + reference.Context().RepositoryStr() + separator + reference.Identifier()); err == nil {
			places = append(places, place)
		}
	}
	return append(places, reference)
}

// errDiffer means that the platforms run different commands.
var errDiffer = errors.New("the platforms differ")

// find finds out what reference runs on platforms, as c sees it.
func (f *Finder) find(ctx context.Context, reference name.Reference, c credential, platforms []string) (config.Image, error) {
	digest, err := f.digest(ctx, reference, c)
	if err != nil {
		return config.Image{}, err
	}
	top, err := f.manifest(ctx, reference.Context().Digest(digest.String()), c)
	if err != nil {
		return config.Image{}, err
	}
	if len(top.children) == 0 {
		return top.image, nil
	}
	var images []config.Image
	for _, child := range landing(top.children, platforms) {
		m, err := f.manifest(ctx, reference.Context().Digest(child.digest.String()), c)
		if err != nil {
			return config.Image{}, err
		}
		images = append(images, m.image)
	}
	if !agree(images) {
		return config.Image{}, errDiffer
	}
	return images[0], nil
}

func (f *Finder) digest(ctx context.Context, reference name.Reference, c credential) (v1.Hash, error) {
	if fixed, ok := reference.(name.Digest); ok {
		return v1.NewHash(fixed.DigestStr())
	}
	k := key{c.scope(), reference.Name()}
	if digest, cached := f.tags.Get(k); cached && f.settings.TagTTL > 0 {
		return digest, nil
	}
	var digest v1.Hash
	err := f.throughGate(reference, func() (err error) {
		digest, err = f.registry.digest(ctx, reference, c)
		return err
	})
	if err == nil {
		f.tags.Add(k, digest)
	}
	return digest, err
}

func (f *Finder) manifest(ctx context.Context, digest name.Digest, c credential) (manifest, error) {
	k := key{c.scope(), digest.Name()}
	if m, cached := f.manifests.Get(k); cached {
		return m, nil
	}
	var m manifest
	err := f.throughGate(digest, func() (err error) {
		m, err = f.registry.manifest(ctx, digest, c)
		return err
	})
	if err == nil {
		f.manifests.Add(k, m)
	}
	return m, err
}

// throughGate asks the reference's host if its gate is open.
func (f *Finder) throughGate(reference name.Reference, ask func() error) error {
	host := reference.Context().RegistryStr()
	g, found := f.gates.Get(host)
	if !found {
		fresh := newGate()
		if earlier, raced, _ := f.gates.PeekOrAdd(host, fresh); raced {
			fresh = earlier
		}
		g = fresh
	}
	if !g.open(time.Now()) {
		return errClosed
	}
	err := ask()
	g.report(err == nil || reasonOf(err) != webhook.ReasonRegistryUnavailable, time.Now())
	return err
}

// credentials returns what the pod's pull secrets and the configuration hold. A secret
// that is missing or broken is passed over: the kubelet does the same.
func (f *Finder) credentials(ctx context.Context, pod *corev1.Pod) []credential {
	var all []credential
	for _, reference := range pod.Spec.ImagePullSecrets {
		if f.secrets == nil || reference.Name == "" {
			continue
		}
		name := pod.Namespace + "/" + reference.Name
		found, cached := f.pulls.Get(name)
		if !cached {
			data, err := f.secrets.PullSecret(ctx, pod.Namespace, reference.Name)
			if err == nil {
				found, err = parseSecret(data)
			}
			if err != nil {
				logr.FromContextOrDiscard(ctx).Info("pull secret not usable", "secret", name, "error", err.Error())
				if ctx.Err() != nil {
					continue
				}
			}
			f.pulls.Add(name, found)
		}
		all = append(all, found...)
	}
	return append(all, f.fallback...)
}
