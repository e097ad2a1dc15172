package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/prometheus/client_golang/prometheus"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/inject/injecttest"
)

// around is a Cluster and an Images whose answers a test sets.
type around struct {
	err    error
	panics bool
	images map[string]inject.ImageAnswer
	asked  string
	stale  bool // the cache has not heard of the label yet
}

func (a *around) Namespace(_ context.Context, name string, fresh bool) (inject.Namespace, error) {
	a.asked = name
	if a.panics {
		panic("broken")
	}
	if a.stale && !fresh {
		return inject.Namespace{Name: name}, a.err
	}
	return inject.Namespace{Name: name, Labels: map[string]string{config.InjectKey: config.InjectEnabled}}, a.err
}

func (a *around) Nodes(context.Context, *corev1.Pod) (inject.Nodes, error) {
	return inject.Nodes{SleepAction: true}, nil
}

func (a *around) Ask(_ context.Context, _ *corev1.Pod, containers, _ []string) map[string]inject.ImageAnswer {
	answers := map[string]inject.ImageAnswer{}
	for _, name := range containers {
		answers[name] = a.images[name]
	}
	return answers
}

func handler(a *around) *webhook.Handler {
	return handlerWith(a, config.Default())
}

func handlerWith(a *around, c config.Config) *webhook.Handler {
	settings := webhook.Settings{Config: c, Images: a}
	return &webhook.Handler{Settings: func() webhook.Settings { return settings }, Cluster: a, Version: "test"}
}

func review(raw []byte) admission.Request {
	return admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		UID: "uid", Operation: admissionv1.Create, Namespace: "shop",
		Kind: metav1.GroupVersionKind{Version: "v1", Kind: "Pod"}, Object: apiruntime.RawExtension{Raw: raw},
	}}
}

const plain = `{"metadata":{"generateName":"web-"},"spec":{"containers":[{"name":"app","image":"web:1","command":["/app"]}]}}`

// TestHandlerNeverRefuses: whatever goes wrong on our side, the pod is admitted as it is.
func TestHandlerNeverRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		around *around
		raw    string
		says   string
	}{
		"a pod that is none":       {&around{}, `{"spec":{"containers":"no"}}`, "decode pod of request uid"},
		"not even JSON":            {&around{}, `{`, "decode pod of request uid"},
		"the namespace is unknown": {&around{err: errors.New("away")}, plain, `read namespace "shop": away`},
		"a panic":                  {&around{panics: true}, plain, "internal error: broken"},
	} {
		t.Run(name, func(t *testing.T) {
			got := handler(c.around).Handle(t.Context(), review([]byte(c.raw)))
			if !got.Allowed || len(got.Patch) != 0 || !strings.Contains(strings.Join(got.Warnings, ""), c.says) {
				t.Errorf("got %+v, want an unchanged pod and a warning with %q", got, c.says)
			}
		})
	}
}

// TestObserverPanics: a mistake in counting costs the pod nothing.
func TestObserverPanics(t *testing.T) {
	for name, c := range map[string]struct {
		around *around
		patch  bool
	}{"a pod that is injected": {&around{}, true}, "a pod that a panic leaves alone": {&around{panics: true}, false}} {
		h := handler(c.around)
		h.Observe = func(webhook.Outcome) { panic("miscounted") }
		if got := h.Handle(t.Context(), review([]byte(plain))); !got.Allowed || (len(got.Patch) > 0) != c.patch {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// TestHandlerTakesTheRequestsNamespace holds hard pod 40.
func TestHandlerTakesTheRequestsNamespace(t *testing.T) {
	a := &around{}
	got := handler(a).Handle(t.Context(), review([]byte(plain)))
	if a.asked != "shop" || len(got.Patch) == 0 {
		t.Errorf("asked for namespace %q, patched %s", a.asked, got.Patch)
	}
}

// TestHandlerAsksTwice: a pod that comes right after its namespace's label is injected,
// though the cache has not heard of the label.
func TestHandlerAsksTwice(t *testing.T) {
	if got := handler(&around{stale: true}).Handle(t.Context(), review([]byte(plain))); len(got.Patch) == 0 {
		t.Errorf("not injected: %+v", got)
	}
}

// TestHandlerLeavesOthersAlone holds hard pod 38: an ephemeral container is a request
// about a subresource, and never ours.
func TestHandlerLeavesOthersAlone(t *testing.T) {
	for name, change := range map[string]func(*admission.Request){
		"ephemeral container": func(r *admission.Request) { r.SubResource = "ephemeralcontainers" },
		"update":              func(r *admission.Request) { r.Operation = admissionv1.Update },
		"another kind":        func(r *admission.Request) { r.Kind.Kind = "Secret" },
	} {
		t.Run(name, func(t *testing.T) {
			request := review([]byte(plain))
			change(&request)
			if got := handler(&around{}).Handle(t.Context(), request); !got.Allowed || len(got.Patch)+len(got.Warnings) != 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestHandlerStrict(t *testing.T) {
	c := config.Default()
	c.Strict, c.Limits.MaxDrain = true, time.Second
	h := handlerWith(&around{}, c)
	bad := strings.Replace(plain, `"generateName":"web-"`, `"annotations":{"softstop.dev/drain":"five"}`, 1)
	if got := h.Handle(t.Context(), review([]byte(bad))); got.Allowed || !strings.Contains(got.Result.Message, "five") {
		t.Errorf("a bad value: %+v", got)
	}
	limited := strings.Replace(plain, `"generateName":"web-"`, `"annotations":{"softstop.dev/drain":"5s"}`, 1)
	if got := h.Handle(t.Context(), review([]byte(limited))); !got.Allowed || len(got.Warnings) != 1 {
		t.Errorf("a good value above the limit: %+v", got)
	}
}

// TestReorderedContainers holds hard pod 37: should the pod not be the one that was
// read, the patch fails as a whole.
func TestReorderedContainers(t *testing.T) {
	two := []byte(`{"metadata":{},"spec":{"containers":[{"name":"a","command":["/a"]},{"name":"b","command":["/b"]}]}}`)
	swapped := []byte(`{"metadata":{},"spec":{"containers":[{"name":"b","command":["/b"]},{"name":"a","command":["/a"]}]}}`)
	got := handler(&around{}).Handle(t.Context(), review(two))
	if _, err := patched(swapped, got); err == nil {
		t.Error("the patch for one order was applied to another")
	}
}

func patched(raw []byte, response admission.Response) ([]byte, error) {
	patch, err := jsonpatch.DecodePatch(response.Patch)
	if err != nil {
		return nil, err
	}
	return patch.Apply(raw)
}

// bigPod is hard pod 41: 1,500 environment entries in two containers, about 1 MB.
func bigPod() []byte {
	var env []corev1.EnvVar
	for i := range 1500 {
		env = append(env, corev1.EnvVar{Name: fmt.Sprintf("NAME_%d", i), Value: strings.Repeat("x", 300)})
	}
	pod := corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{
		{Name: "a", Image: "a:1", Command: []string{"/a"}, Env: env, Ports: []corev1.ContainerPort{{ContainerPort: 80}}},
		{Name: "b", Image: "b:1", Command: []string{"/b"}, Env: env},
	}}}
	raw, err := json.Marshal(pod)
	if err != nil {
		panic(err) // a constant
	}
	return raw
}

// TestLongArguments holds hard pod 21: arguments as long as the kernel takes them are
// passed on whole, with no byte more in any of them.
func TestLongArguments(t *testing.T) {
	const longest = 128<<10 - 1 // MAX_ARG_STRLEN, with its end
	pod := corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{
		Name: "app", Image: "web:1", Command: []string{"/app", strings.Repeat("a", longest)}, Args: []string{strings.Repeat("b", longest), strings.Repeat("$(X)", longest/4)},
	}}}}
	raw, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	injected, err := patched(raw, handler(&around{}).Handle(t.Context(), review(raw)))
	if err != nil {
		t.Fatal(err)
	}
	c := injecttest.Decode(t, injected).Spec.Containers[0]
	if at := slices.Index(c.Command, "--"); at < 0 || !slices.Equal(c.Command[at+1:], pod.Spec.Containers[0].Command) || !slices.Equal(c.Args, pod.Spec.Containers[0].Args) {
		t.Error("an argument was changed")
	}
}

// TestFullAnnotations: a pod whose annotations are as long as the API server takes is
// injected, without the status that would make it invalid.
func TestFullAnnotations(t *testing.T) {
	const most = 256 << 10 // keys and values
	for spare, status := range map[int]bool{0: false, 100: false, 1000: true} {
		filler := strings.Repeat("x", most-len("filler")-spare)
		raw := []byte(strings.Replace(plain, `"generateName":"web-"`, `"annotations":{"filler":"`+filler+`"}`, 1))
		got := handler(&around{}).Handle(t.Context(), review(raw))
		once, err := patched(raw, got)
		if err != nil {
			t.Fatal(err)
		}
		pod := injecttest.Decode(t, once)
		size := 0
		for key, value := range pod.Annotations {
			size += len(key) + len(value)
		}
		if _, has := pod.Annotations[config.StatusKey]; size > most || has != status || has == (len(got.Warnings) > 0) || pod.Labels[config.InjectedKey] == "" {
			t.Errorf("with %d bytes to spare: %d bytes of annotations, status %t, warnings %q, labels %v", spare, size, has, got.Warnings, pod.Labels)
		}
		if again := handler(&around{}).Handle(t.Context(), review(once)); len(again.Patch) > 0 {
			t.Errorf("with %d bytes to spare: the second patch is %s", spare, again.Patch)
		}
	}
}

// TestAudit: the API server's audit log is told what was decided, and by whom.
func TestAudit(t *testing.T) {
	for pod, want := range map[string]map[string]string{
		plain: {"decision": "injected", "by": "namespace", "containers": "app=wrapped"},
		strings.Replace(plain, `"generateName":"web-"`, `"annotations":{"softstop.dev/inject":"false"}`, 1): {"decision": "opted-out", "by": "pod"},
	} {
		if got := handler(&around{}).Handle(t.Context(), review([]byte(pod))).AuditAnnotations; !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", pod, got, want)
		}
	}
}

// TestMetrics: every way a review can end is counted, under words of fixed lists.
func TestMetrics(t *testing.T) {
	metrics := webhook.NewMetrics()
	for _, end := range []struct {
		around *around
		raw    string
	}{{&around{}, plain}, {&around{}, `{`}, {&around{err: errors.New("away")}, plain}, {&around{panics: true}, plain}} {
		h := handler(end.around)
		h.Observe = metrics.Observe
		h.Handle(t.Context(), review([]byte(end.raw)))
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(metrics.Collectors()...)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			got[family.GetName()] += metric.GetCounter().GetValue() + float64(metric.GetHistogram().GetSampleCount())
		}
	}
	want := map[string]float64{"softstop_pods_total": 1, "softstop_containers_total": 1, "softstop_patch_bytes": 1, "softstop_failures_total": 3}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestBigPod holds hard pod 41: handling it makes at most three times the objects, and three
// times the bytes, that decoding it alone does, and the memory is returned. BenchmarkBigPod
// has the times.
func TestBigPod(t *testing.T) {
	raw, h := bigPod(), handler(&around{})
	made := func(do func()) (objects, size float64) {
		const times = 5
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range times {
			do()
		}
		runtime.ReadMemStats(&after)
		return float64(after.Mallocs-before.Mallocs) / times, float64(after.TotalAlloc-before.TotalAlloc) / times
	}
	decode := func() {
		var pod corev1.Pod
		if err := json.Unmarshal(raw, &pod); err != nil {
			t.Fatal(err)
		}
	}
	handle := func() {
		if got := h.Handle(t.Context(), review(raw)); len(got.Patch) == 0 {
			t.Fatal(got)
		}
	}
	handle() // what is made once
	objects, size := made(decode)
	if o, s := made(handle); o > 3*objects || s > 4*size {
		t.Errorf("made %.1f times the objects and %.1f times the bytes of decoding", o/objects, s/size)
	} else {
		t.Logf("%d bytes: %.2f times the objects, %.2f times the bytes of decoding", len(raw), o/objects, s/size)
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	for range 50 {
		h.Handle(t.Context(), review(raw))
	}
	if after := heap(); after > before+1<<20 {
		t.Errorf("the heap grew from %d to %d bytes over 50 such pods", before, after)
	}
	runtime.KeepAlive(raw)
}

// FuzzHandler: no panic, no refusal; injected twice is injected once; the stop plan's
// invariant holds; the patch changes nothing but what softstop is about, and keeps fields
// that nobody here knows.
func FuzzHandler(f *testing.F) {
	inputs, _ := filepath.Glob("inject/testdata/*.yaml")
	for _, input := range inputs {
		data, err := os.ReadFile(input)
		if err != nil {
			f.Fatal(err)
		}
		if _, after, two := strings.Cut(string(data), "\n---\n"); two {
			data = []byte(after)
		}
		if raw, err := yaml.YAMLToJSON(data); err == nil {
			f.Add(raw)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		a := &around{images: map[string]inject.ImageAnswer{"app": {Image: config.Image{Cmd: []string{"/app", "$"}}}}}
		got := handler(a).Handle(t.Context(), review(raw))
		if !got.Allowed {
			t.Fatalf("refused: %+v", got.Result)
		}
		for _, warning := range got.Warnings {
			if strings.Contains(warning, "internal error") {
				t.Fatal(warning)
			}
		}
		if len(got.Patch) == 0 || !asTheAPIServerSendsIt(raw) {
			return
		}
		once, err := patched(raw, got)
		if err != nil {
			t.Fatalf("apply %v to %s: %v", got.Patch, raw, err)
		}
		if again := handler(a).Handle(t.Context(), review(once)); len(again.Patch) != 0 {
			t.Fatalf("injected once:\n%s\nthe second patch: %v", once, again.Patch)
		}
		if err := injecttest.KeepsStopPlan(injecttest.Decode(t, raw), injecttest.Decode(t, once)); err != nil {
			t.Fatalf("%v in:\n%s", err, once)
		}
		if before, after := others(t, raw), others(t, once); !reflect.DeepEqual(before, after) {
			t.Fatalf("something else changed\nbefore: %v\nafter: %v", before, after)
		}
		newer, added := withNewerFields(t, raw)
		gotNewer := handler(a).Handle(t.Context(), review(newer))
		if !bytes.Equal(gotNewer.Patch, got.Patch) {
			t.Fatalf("fields that nobody knows change the patch from %s to %s", got.Patch, gotNewer.Patch)
		}
		kept, err := patched(newer, gotNewer)
		if err != nil || bytes.Count(kept, []byte(newerField)) != added {
			t.Fatalf("%d fields that nobody knows before, after: %s (%v)", added, kept, err)
		}
	})
}

// newerField is a field of an API that is newer than our types.
const newerField = `"newerThanSoftstop"`

// withNewerFields adds the field wherever a pod has objects that softstop looks into, and
// returns how many there are then.
func withNewerFields(t *testing.T, raw []byte) (newer []byte, added int) {
	t.Helper()
	var pod any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&pod); err != nil {
		t.Fatal(err)
	}
	var add func(object any, inside ...string)
	add = func(object any, inside ...string) {
		switch o := object.(type) {
		case map[string]any:
			if name, _ := o["name"].(string); strings.HasPrefix(name, "softstop") {
				return // what is ours may be replaced as a whole
			}
			if hook, _ := o["preStop"].(map[string]any); hook["sleep"] != nil && bytes.Contains(raw, []byte(config.StatusKey)) {
				return // the hook may be ours, and go
			}
			if hook, _ := o["exec"].(map[string]any); strings.Contains(fmt.Sprint(hook["command"]), "softstop-init") {
				return
			}
			for _, key := range inside {
				add(o[key], "containers", "initContainers", "volumes", "lifecycle", "preStop", "volumeMounts", "ports", "env")
			}
			o[strings.Trim(newerField, `"`)] = map[string]any{"a": []any{json.Number("12345678901234567890"), nil}}
		case []any:
			for _, element := range o {
				add(element, inside...)
			}
		}
	}
	add(pod, "metadata", "spec")
	newer, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	return newer, bytes.Count(newer, []byte(newerField))
}

// asTheAPIServerSendsIt reports whether raw is a pod as it can arrive: read and written
// by the API server, which has no doubled keys, no keys in another case, no null in
// lists, metadata, and names that are unique.
func asTheAPIServerSendsIt(raw []byte) bool {
	var pod corev1.Pod
	if json.Unmarshal(raw, &pod) != nil {
		return false
	}
	again, err := json.Marshal(&pod)
	if err != nil {
		return false
	}
	var a, b map[string]any
	if json.Unmarshal(raw, &a) != nil || json.Unmarshal(again, &b) != nil || !contains(b, a) || a["metadata"] == nil {
		return false
	}
	seen := map[string]bool{}
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for _, c := range list {
			if c.Name == "" || seen[c.Name] {
				return false
			}
			seen[c.Name] = true
		}
	}
	return true
}

// contains reports whether every value of part is in whole.
func contains(whole, part any) bool {
	switch p := part.(type) {
	case map[string]any:
		w, ok := whole.(map[string]any)
		for key, value := range p {
			if !ok || !contains(w[key], value) {
				return false
			}
		}
		return ok
	case []any:
		w, ok := whole.([]any)
		if !ok || len(w) != len(p) {
			return false
		}
		for i := range p {
			if !contains(w[i], p[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(whole, part)
}

// others returns the pod without what softstop changes.
func others(t *testing.T, raw []byte) any {
	t.Helper()
	var pod map[string]any
	if err := json.Unmarshal(raw, &pod); err != nil {
		t.Fatal(err)
	}
	spec, _ := pod["spec"].(map[string]any)
	for _, list := range []string{"containers", "initContainers"} {
		containers, _ := spec[list].([]any)
		kept := []any{}
		for _, c := range containers {
			container, _ := c.(map[string]any)
			if name, _ := container["name"].(string); strings.HasPrefix(name, "softstop-install") {
				continue
			}
			for _, key := range []string{"command", "args", "volumeMounts", "lifecycle"} {
				delete(container, key)
			}
			kept = append(kept, container)
		}
		delete(spec, list)
		if len(kept) > 0 {
			spec[list] = kept
		}
	}
	delete(spec, "volumes")
	delete(spec, "terminationGracePeriodSeconds")
	metadata, _ := pod["metadata"].(map[string]any)
	delete(metadata, "annotations")
	delete(metadata, "labels")
	return pod
}
