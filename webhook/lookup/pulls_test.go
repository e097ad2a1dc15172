package lookup

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// hoard has a Secret of every name, all with the same text, and counts how often it is asked.
type hoard struct {
	text  string
	asked int
}

func (h *hoard) PullSecret(context.Context, string, string) (map[string][]byte, error) {
	h.asked++
	return map[string][]byte{corev1.DockerConfigJsonKey: []byte(h.text)}, nil
}

// TestManyPullSecrets: a tenant can make Secrets of a megabyte each, with a hundred thousand
// registries, and pods that name thousands of them. What they leave in memory is bounded, and so is
// how often the API server is asked.
func TestManyPullSecrets(t *testing.T) {
	const pods = 40
	for what, text := range map[string]string{
		"empty entries":     `{"auths":{` + fillUp(`"a":{},`, 1<<20-100) + `"b":{}}}`,
		"short and many":    `{"auths":{` + fillUp(`"a":{},`, maxRemembered-100) + `"b":{}}}`,
		"long passwords":    `{"auths":{"a":{"password":"` + strings.Repeat("x", 1<<20) + `"}}}`,
		"as long as may be": `{"auths":{"a":{"password":"` + strings.Repeat("x", maxRemembered-100) + `"}}}`,
	} {
		secrets := &hoard{text: text}
		f, err := New(config.Registry{Budget: config.DefaultBudget}, Around{Secrets: secrets})
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for p := range pods {
			pod := &corev1.Pod{}
			pod.Namespace = "shop"
			for i := range 100 {
				pod.Spec.ImagePullSecrets = append(pod.Spec.ImagePullSecrets, corev1.LocalObjectReference{Name: fmt.Sprintf("s-%d-%d", p, i)})
			}
			f.credentials(t.Context(), pod)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 50<<20 {
			t.Errorf("%s: %d MiB are kept", what, kept>>20)
		}
		if secrets.asked > pods*maxSecrets {
			t.Errorf("%s: the API server was asked %d times for %d pods", what, secrets.asked, pods)
		}
		runtime.KeepAlive(f)
	}
}

// TestLongNames: images and pull secrets with names of a megabyte, which nobody has validated yet,
// are asked of nobody, and nothing is remembered of them.
func TestLongNames(t *testing.T) {
	secrets := &hoard{text: `{}`}
	f, err := New(config.Registry{Budget: config.DefaultBudget}, Around{Secrets: secrets})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 1<<20)
	for _, image := range []string{long, long + ".example/web:1", "registry.example/" + long, "registry.example/web:" + long, "registry.example/web@sha256:" + long} {
		pod := &corev1.Pod{Spec: corev1.PodSpec{
			ImagePullSecrets: []corev1.LocalObjectReference{{Name: long}},
			Containers:       []corev1.Container{{Name: "app", Image: image}},
		}}
		if got := f.Ask(t.Context(), pod, []string{"app"}, nil)["app"]; got.Reason != inject.ReasonBadReference {
			t.Errorf("%.40s: %+v", image, got)
		}
	}
	if secrets.asked != 0 || f.pulls.entries.Len() != 0 || f.failures.entries.Len() != 0 || f.gates.Len() != 0 {
		t.Errorf("%d Secrets were asked for, %d are remembered, %d failures, %d hosts", secrets.asked, f.pulls.entries.Len(), f.failures.entries.Len(), f.gates.Len())
	}
}

// TestBrokenSecrets: what is no list of registries is an error, and what is one with nothing in it
// is none.
func TestBrokenSecrets(t *testing.T) {
	for text, want := range map[string]int{
		`{}`: 0, `{"auths":null}`: 0, `{"auths":{}}`: 0, `{"auths":{"a":null,"b":{}}}`: 2,
		`{"auths":[]}`: -1, `{"auths":"a"}`: -1, `{"auths":{"a":"b"}}`: -1, `{"auths":{"a":{}`: -1, `[]`: -1, ``: -1,
		`{"auths":{` + strings.Repeat(`"a":{},`, maxEntries) + `"b":{}}}`: -1,
	} {
		got, err := parseSecret(map[string][]byte{corev1.DockerConfigJsonKey: []byte(text)})
		if err != nil != (want < 0) || err == nil && len(got) != want {
			t.Errorf("%.40s: %d credentials, %v", text, len(got), err)
		}
	}
	if _, err := parseSecret(nil); err == nil || errors.Is(err, errInvalid) {
		t.Errorf("an empty Secret: %v", err)
	}
}
