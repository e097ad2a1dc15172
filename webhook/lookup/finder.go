package lookup

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
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
	helpers  *helpers
	registry registry
	metrics  *Metrics

	tags      *recent[key, v1.Hash]
	manifests *lru.Cache[key, manifest]
	failures  *recent[question, inject.Reason]
	pulls     *recent[string, []credential]
	gates     *lru.Cache[string, *gate]
	flights   singleflight.Group
	slots     *slots // of questions
	large     *slots // of those with a large answer
	reading   *slots // of pull secrets that are read
}

// key is an image as one credential sees it.
type key struct{ scope, image string }

// question is what is asked: an image, and everything that the answer depends on.
type question struct{ image, scopes, platforms string }

const (
	// failureTTL keeps a failing image from being asked again for every pod of a rollout.
	failureTTL = 5 * time.Second
	// pullTTL is how long a pull secret is remembered.
	pullTTL = 5 * time.Second
	// perPod bounds the containers of one pod that are asked about at once.
	perPod = 8
)

// errClosed means that the host's gate is closed.
var errClosed = errors.New("the host is not asked for a while")

// Around is what a Finder needs besides its settings.
type Around struct {
	// Secrets reads pull secrets; nil means that only the configured credentials are used.
	Secrets Secrets
	// Deny are the cluster's own Service networks.
	Deny []netip.Prefix
	// Metrics counts; nil means that nobody does.
	Metrics *Metrics
}

// New returns a Finder. It fails if a file that the settings name cannot be used.
func New(settings config.Registry, around Around) (*Finder, error) {
	outlet, err := newOutlet(settings, around.Deny)
	if err != nil {
		return nil, err
	}
	f := &Finder{
		settings: settings, secrets: around.Secrets, metrics: around.Metrics,
		helpers:   newHelpers(settings.Helpers),
		registry:  registry{transport: outlet},
		tags:      newRecent[key, v1.Hash](settings.TagTTL),
		manifests: newLRU[key, manifest](),
		failures:  newRecent[question, inject.Reason](failureTTL),
		pulls:     newRecent[string, []credential](pullTTL),
		gates:     newLRU[string, *gate](),
		slots:     newSlots(atOnce, perNamespace),
		large:     newSlots(largeAtOnce, largePerNamespace),
		reading:   newSlots(secretsAtOnce, secretsPerNamespace),
	}
	if f.metrics == nil {
		f.metrics = NewMetrics()
	}
	if settings.CredentialsFile == "" {
		return f, nil
	}
	data, err := os.ReadFile(settings.CredentialsFile)
	if err != nil {
		return nil, fmt.Errorf("read registry credentials: %w", err)
	}
	if f.fallback, err = parseConfig(data); err != nil {
		return nil, fmt.Errorf("registry credentials %q: %w", settings.CredentialsFile, err)
	}
	return f, nil
}

// Ask implements webhook.Images.
func (f *Finder) Ask(ctx context.Context, pod *corev1.Pod, containers, platforms []string) map[string]inject.ImageAnswer {
	defer func(begin time.Time) { f.metrics.seconds.Observe(time.Since(begin).Seconds()) }(time.Now())
	ctx, cancel := context.WithTimeout(ctx, f.settings.Budget)
	defer cancel()
	credentials := f.credentials(ctx, pod)
	answers := map[string]inject.ImageAnswer{}
	var mu sync.Mutex
	var asked errgroup.Group
	asked.SetLimit(perPod)
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		if !slices.Contains(containers, c.Name) {
			continue
		}
		asked.Go(func() error {
			answer := guarded(ctx, func() inject.ImageAnswer { return f.ask(ctx, pod.Namespace, &c, credentials, platforms) })
			mu.Lock()
			defer mu.Unlock()
			answers[c.Name] = answer
			return nil
		})
	}
	_ = asked.Wait() // there is none
	return answers
}

// ask answers for one container, at the latest when ctx ends.
func (f *Finder) ask(ctx context.Context, namespace string, c *corev1.Container, credentials []credential, platforms []string) inject.ImageAnswer {
	if c.ImagePullPolicy == corev1.PullNever {
		return inject.ImageAnswer{Reason: inject.ReasonPullNever}
	}
	reference, err := f.parse(c.Image)
	if err != nil {
		return inject.ImageAnswer{Reason: inject.ReasonBadReference}
	}
	places := f.places(reference, credentials)
	q := question{image: reference.Name(), platforms: strings.Join(platforms, " ")}
	for _, p := range places {
		for _, c := range p.credentials {
			q.scopes += c.scope() + " "
		}
	}
	reason, failed := f.failures.Get(q)
	if f.metrics.asked("failure", failed); failed {
		return inject.ImageAnswer{Reason: reason}
	}
	if ctx.Err() != nil { // others of the pod have used the time up
		return inject.ImageAnswer{Reason: inject.ReasonRegistryUnavailable}
	}
	flight := f.flights.DoChan(q.image+"\n"+q.scopes+"\n"+q.platforms, func() (any, error) {
		// The flight is shared: one pod's request that ends must not end the others'.
		ctx := context.WithoutCancel(ctx)
		leave, err := f.slots.enter(ctx, namespace, f.settings.Budget)
		if err != nil { // nobody was asked, and so nobody is to blame
			return inject.ImageAnswer{Reason: inject.ReasonRegistryUnavailable}, nil
		}
		defer leave()
		// The time begins when the question may be asked: waiting was not the host's doing.
		ctx, cancel := context.WithTimeout(ctx, f.settings.Budget)
		defer cancel()
		ctx, end := f.large.seated(ctx, namespace, f.settings.Budget)
		defer end()
		return guarded(ctx, func() inject.ImageAnswer { return f.answer(ctx, places, platforms, q) }), nil
	})
	select {
	case result := <-flight:
		if answer, ok := result.Val.(inject.ImageAnswer); ok {
			return answer
		}
	case <-ctx.Done():
	}
	return inject.ImageAnswer{Reason: inject.ReasonRegistryUnavailable}
}

// guarded is ask, with an answer even if it panics. In a goroutine nobody else would
// recover, and one answer of a registry's that nobody has thought of would end the process.
func guarded(ctx context.Context, ask func() inject.ImageAnswer) (answer inject.ImageAnswer) {
	defer func() {
		if r := recover(); r != nil {
			logr.FromContextOrDiscard(ctx).Error(fmt.Errorf("panic: %v", r), "image not found out", "stack", string(debug.Stack()))
			answer = inject.ImageAnswer{Reason: inject.ReasonImageInvalid}
		}
	}()
	return ask()
}

// answer asks every place that may know the image, with every credential for it, and
// logs what went wrong if none knows.
func (f *Finder) answer(ctx context.Context, places []place, platforms []string, q question) inject.ImageAnswer {
	var failed error
	var said []string
	for _, p := range places {
		for _, c := range f.withHelper(ctx, p) {
			image, err := f.find(ctx, p.image, c, platforms)
			if err == nil {
				return inject.ImageAnswer{Image: image}
			}
			if errors.Is(err, errDiffer) {
				return inject.ImageAnswer{Reason: inject.ReasonPlatformsDiffer}
			}
			failed = errors.Join(failed, err)
			said = append(said, fmt.Sprintf("ask for %s: %s", p.image, words(err)))
			if reason := reasonOf(err); reason != inject.ReasonRegistryUnauthorized && reason != inject.ReasonImageNotFound {
				break // another credential will not help
			}
		}
	}
	reason := reasonOf(failed)
	f.failures.Add(q, reason)
	logr.FromContextOrDiscard(ctx).Info("image not found out", "image", q.image, "reason", reason, "error", strings.Join(said, "; "))
	return inject.ImageAnswer{Reason: reason}
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
