//go:build linux

package apiserver

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/serving"
)

// whoIsCalled is the table of design.md, hard pods 78, 80 and 81: who is injected, and
// that nobody else costs a call. Who is injected costs one: the API server finds nothing
// to add to our container, the service account's token least of all.
func (s *suite) whoIsCalled(t *testing.T) {
	label := func(v string) map[string]string { return map[string]string{config.InjectKey: v} }
	s.namespace(t, "enabled", label("enabled"))
	s.namespace(t, "disabled", label("disabled"))
	s.namespace(t, "silent", nil)
	s.namespace(t, "kube-system", nil)
	for _, c := range []struct {
		namespace, annotation string
		calls                 float64
		injected              bool
	}{
		{"enabled", "", 1, true},
		{"enabled", "true", 1, true},
		{"enabled", "false", 0, false},
		{"disabled", "", 0, false},
		{"disabled", "true", 1, true},
		{"disabled", "false", 0, false},
		{"silent", "", 0, false},
		{"silent", "true", 1, true},
		{"silent", "false", 0, false},
		{"silent", "yes", 1, false}, // to warn
		{"softstop", "true", 0, false},
		{"kube-system", "true", 0, false},
	} {
		t.Run(c.namespace+" "+c.annotation, func(t *testing.T) {
			var annotations map[string]string
			if c.annotation != "" {
				annotations = map[string]string{config.InjectKey: c.annotation}
			}
			before, p := s.reviews(t), pod(c.namespace, "who", annotations)
			p.Spec.AutomountServiceAccountToken = new(true)
			if err := s.client.Create(t.Context(), p, client.DryRunAll); err != nil {
				t.Fatal(err)
			}
			if made := s.reviews(t) - before; made != c.calls {
				t.Errorf("%v calls, want %v", made, c.calls)
			}
			if injected := p.Labels[config.InjectedKey] == "true"; injected != c.injected {
				t.Errorf("injected %t, want %t", injected, c.injected)
			}
			if v := p.Spec.Volumes; !slices.ContainsFunc(v, func(v corev1.Volume) bool { return v.Projected != nil }) {
				t.Errorf("no token in %+v: nothing is tried", v)
			}
			for _, i := range p.Spec.InitContainers {
				if slices.ContainsFunc(i.VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name != "softstop" }) {
					t.Errorf("%s has %+v", i.Name, i.VolumeMounts)
				}
			}
		})
	}
	t.Run("debug copies", s.copiesAreRepaired)
	t.Run("mirror pod", func(t *testing.T) {
		before := s.reviews(t)
		p := pod("enabled", "mirror", map[string]string{corev1.MirrorPodAnnotationKey: "hash"})
		_ = s.client.Create(t.Context(), p, client.DryRunAll) // the API server refuses it, or not
		if made := s.reviews(t) - before; made != 0 {
			t.Errorf("%v calls, want none", made)
		}
	})
}

// copiesAreRepaired: a copy of an injected pod that has lost its annotation is left alone where it
// can start, and becomes what it would be without us where it cannot (hard pod 101).
func (s *suite) copiesAreRepaired(t *testing.T) {
	original := pod("silent", "copied", map[string]string{config.InjectKey: "true"})
	if err := s.client.Create(t.Context(), original, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	wrapped := original.Spec.Containers[0].Command
	for name, c := range map[string]struct {
		change func(*corev1.PodSpec)
		calls  float64
		starts string // the first word of its command
	}{
		"whole":                   {func(*corev1.PodSpec) {}, 0, wrapped[0]},
		"without init containers": {func(spec *corev1.PodSpec) { spec.InitContainers = nil }, 1, wrapped[slices.Index(wrapped, "--")+1]},
		"of the same image": {func(spec *corev1.PodSpec) {
			spec.Containers[0].Command = []string{wrapped[0], "--command-of=" + spec.Containers[0].Image, "--", "/app"}
		}, 0, wrapped[0]},
		"of another image": {func(spec *corev1.PodSpec) {
			spec.Containers[0].Command = []string{wrapped[0], "--command-of=other:1", "--", "/other"}
		}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before, p := s.reviews(t), pod("silent", "copy", nil)
			p.Spec = *original.Spec.DeepCopy()
			c.change(&p.Spec)
			if err := s.client.Create(t.Context(), p, client.DryRunAll); err != nil {
				t.Fatal(err)
			}
			if made := s.reviews(t) - before; made != c.calls {
				t.Errorf("%v calls, want %v", made, c.calls)
			}
			if got := append(p.Spec.Containers[0].Command, "")[0]; got != c.starts {
				t.Errorf("it starts %q, want %q", got, c.starts)
			}
		})
	}
}

// dryRun is hard pod 79.
func (s *suite) dryRun(t *testing.T) {
	dry, wet := pod("enabled", "same", nil), pod("enabled", "same", nil)
	if err := s.client.Create(t.Context(), dry, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	if err := s.client.Create(t.Context(), wet); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(dry.Spec)
	b, _ := json.Marshal(wet.Spec)
	if !bytes.Equal(a, b) {
		t.Errorf("dry run: %s\nfor real: %s", a, b)
	}
}

// restricted is hard pod 55: the injected pod passes Pod Security's strictest profile.
func (s *suite) restricted(t *testing.T) {
	s.namespace(t, "restricted", map[string]string{
		config.InjectKey: config.InjectEnabled, "pod-security.kubernetes.io/enforce": "restricted",
	})
	p := pod("restricted", "tight", nil)
	tighten(p)
	if err := s.client.Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if len(p.Spec.InitContainers) != 1 {
		t.Errorf("no carrier: %+v", p.Spec.InitContainers)
	}
}

func (s *suite) warningsReachThePerson(t *testing.T) {
	s.warnings.take()
	p := pod("enabled", "warned", map[string]string{"softstop.dev/drain": "five"})
	if err := s.client.Create(t.Context(), p, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.warnings.take(), "\n"); !strings.Contains(got, `softstop.dev/drain: "five" is ignored`) {
		t.Errorf("warnings: %q", got)
	}
	for want, namespace := range map[string]metav1.ObjectMeta{
		`the namespace label softstop.dev/inject: "true" is ignored: it must be enabled or disabled`: {Labels: map[string]string{config.InjectKey: "true"}},
		`the annotation softstop.dev/inject is ignored on a namespace: it must be a label`:           {Annotations: map[string]string{config.InjectKey: "enabled"}},
		"": {Labels: map[string]string{config.InjectKey: "disabled"}},
	} {
		namespace.Name = "warned"
		eventually(t, "the warning "+want, func(ctx context.Context) (bool, error) {
			// API servers hear of a policy some time after it is there.
			err := s.client.Create(ctx, &corev1.Namespace{ObjectMeta: namespace}, client.DryRunAll)
			got := strings.Join(s.warnings.take(), "\n")
			return want == got || want != "" && strings.Contains(got, want), err
		})
	}
}

// webhookDown is hard pod 87: pods still start.
func (s *suite) webhookDown(t *testing.T) {
	p := pod("enabled", "down", nil)
	if err := s.client.Create(t.Context(), p, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	if _, injected := p.Labels[config.InjectedKey]; injected {
		t.Error("the webhook is still there")
	}
	if err := s.client.Get(t.Context(), client.ObjectKey{Namespace: "enabled", Name: "down"}, p); !apierrors.IsNotFound(err) {
		t.Errorf("dry run left a pod: %v", err)
	}
}

// fullAnnotations: a pod whose annotations are as long as they may be is not made invalid.
func (s *suite) fullAnnotations(t *testing.T) {
	p := pod("enabled", "full", map[string]string{"filler": strings.Repeat("x", 256<<10-len("filler"))})
	if err := s.client.Create(t.Context(), p, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	if p.Labels[config.InjectedKey] == "" || p.Annotations[config.StatusKey] != "" {
		t.Errorf("labels %v, status %q", p.Labels, p.Annotations[config.StatusKey])
	}
}

// longInJSON: a pod that the API server takes, and whose JSON is longer than what is read,
// is left alone like any other, and not an error.
func (s *suite) longInJSON(t *testing.T) {
	s.warnings.take()
	p := pod("enabled", "long", nil)
	p.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "X", Value: strings.Repeat("<", serving.MaxReview/6)}} // six bytes each
	if err := s.packed.Create(t.Context(), p, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(s.warnings.take(), "\n"); p.Labels[config.InjectedKey] != "" || !strings.Contains(got, "the pod is left unchanged: its review has") {
		t.Errorf("labels %v, warnings %q", p.Labels, got)
	}
}

// tighten gives p what Pod Security's restricted profile asks of it.
func tighten(p *corev1.Pod) {
	p.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsNonRoot: new(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}}
	for _, list := range [][]corev1.Container{p.Spec.InitContainers, p.Spec.Containers} {
		for i := range list {
			list[i].SecurityContext = &corev1.SecurityContext{
				AllowPrivilegeEscalation: new(false), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			}
		}
	}
}
