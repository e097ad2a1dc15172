package inject_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/inject/injecttest"
)

// change is what another webhook, or somebody with an editor, does to a pod.
type change struct {
	name string
	do   func(r *rand.Rand, pod *corev1.Pod)
}

// changes are those after which a pod that was injected must become what the changed pod
// would have become.
func changes() []change {
	pick := func(r *rand.Rand, pod *corev1.Pod) *corev1.Container {
		var own []*corev1.Container
		for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
			for i := range list {
				if !isInstallerOf(list[i]) {
					own = append(own, &list[i])
				}
			}
		}
		return own[r.IntN(len(own))]
	}
	annotate := func(key string, values ...string) func(*rand.Rand, *corev1.Pod) {
		return func(r *rand.Rand, pod *corev1.Pod) {
			metav1.SetMetaDataAnnotation(&pod.ObjectMeta, config.Prefix+key, values[r.IntN(len(values))])
		}
	}
	return []change{
		{"resources", func(r *rand.Rand, pod *corev1.Pod) {
			list := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(fmt.Sprintf("%dm", 100+r.IntN(3))), corev1.ResourceMemory: resource.MustParse("128Mi")}
			for i := range pod.Spec.Containers {
				pod.Spec.Containers[i].Resources = corev1.ResourceRequirements{Requests: list, Limits: list}
			}
		}},
		{"no resources", func(_ *rand.Rand, pod *corev1.Pod) {
			for i := range pod.Spec.Containers {
				pod.Spec.Containers[i].Resources = corev1.ResourceRequirements{}
			}
		}},
		{"a limit on files", func(r *rand.Rand, pod *corev1.Pod) {
			pick(r, pod).Resources.Limits = corev1.ResourceList{corev1.ResourceEphemeralStorage: resource.MustParse("1Mi")}
		}},
		{"pod-level resources", func(_ *rand.Rand, pod *corev1.Pod) {
			pod.Spec.Resources = &corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2")}}
		}},
		{"grace", func(r *rand.Rand, pod *corev1.Pod) {
			pod.Spec.TerminationGracePeriodSeconds = ptr.To([]int64{7, 61, 120, 300}[r.IntN(4)])
		}},
		{"grace zero", func(_ *rand.Rand, pod *corev1.Pod) { pod.Spec.TerminationGracePeriodSeconds = ptr.To[int64](0) }},
		{"image", func(r *rand.Rand, pod *corev1.Pod) { pick(r, pod).Image = "other:2" }},
		{"command", func(r *rand.Rand, pod *corev1.Pod) { pick(r, pod).Command = []string{"/other", "$(X)"} }},
		{"an init's command", func(r *rand.Rand, pod *corev1.Pod) { pick(r, pod).Command = []string{"tini", "--", "/other"} }},
		{"args", func(r *rand.Rand, pod *corev1.Pod) { pick(r, pod).Args = []string{"--other"} }},
		{"a mount", func(r *rand.Rand, pod *corev1.Pod) {
			c := pick(r, pod)
			c.VolumeMounts = append([]corev1.VolumeMount{{Name: "data", MountPath: "/softstop-data"}}, c.VolumeMounts...)
		}},
		{"a mount in our place", func(r *rand.Rand, pod *corev1.Pod) {
			c := pick(r, pod)
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: "data", MountPath: "/softstop/x"})
		}},
		{"a volume", func(_ *rand.Rand, pod *corev1.Pod) {
			v := corev1.Volume{Name: "first", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
			pod.Spec.Volumes = append([]corev1.Volume{v}, pod.Spec.Volumes...)
		}},
		{"a container", func(r *rand.Rand, pod *corev1.Pod) {
			c := corev1.Container{Name: fmt.Sprint("late-", r.IntN(1000)), Image: "late:1", Command: []string{"/late"}}
			pod.Spec.Containers = slices.Insert(pod.Spec.Containers, r.IntN(len(pod.Spec.Containers)+1), c)
		}},
		{"a sidecar before ours", func(r *rand.Rand, pod *corev1.Pod) {
			c := corev1.Container{Name: fmt.Sprint("early-", r.IntN(1000)), Image: "early:1", Command: []string{"/early"}, RestartPolicy: ptr.To(corev1.ContainerRestartPolicyAlways)}
			pod.Spec.InitContainers = append([]corev1.Container{c}, pod.Spec.InitContainers...)
		}},
		{"no installer", func(_ *rand.Rand, pod *corev1.Pod) {
			pod.Spec.InitContainers = slices.DeleteFunc(pod.Spec.InitContainers, isInstallerOf)
		}},
		{"no init containers", func(_ *rand.Rand, pod *corev1.Pod) { pod.Spec.InitContainers = nil }},
		{"an installer with another's image", func(_ *rand.Rand, pod *corev1.Pod) {
			for i := range pod.Spec.InitContainers {
				if isInstallerOf(pod.Spec.InitContainers[i]) {
					pod.Spec.InitContainers[i].Image = "evil:1"
				}
			}
		}},
		{"init containers the other way round", func(_ *rand.Rand, pod *corev1.Pod) { slices.Reverse(pod.Spec.InitContainers) }},
		{"containers the other way round", func(_ *rand.Rand, pod *corev1.Pod) { slices.Reverse(pod.Spec.Containers) }},
		{"no carrier", func(_ *rand.Rand, pod *corev1.Pod) {
			pod.Spec.Volumes = slices.DeleteFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == "softstop" })
		}},
		{"no mounts of the carrier", func(_ *rand.Rand, pod *corev1.Pod) {
			for i := range pod.Spec.Containers {
				c := &pod.Spec.Containers[i]
				c.VolumeMounts = slices.DeleteFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == "/softstop" })
			}
		}},
		{"volumes in memory", func(_ *rand.Rand, pod *corev1.Pod) {
			for i := range pod.Spec.Volumes {
				if v := &pod.Spec.Volumes[i]; v.EmptyDir != nil && v.Name == "softstop" {
					v.EmptyDir.Medium = corev1.StorageMediumMemory
				}
			}
		}},
		{"a wrapper in front of the command", func(r *rand.Rand, pod *corev1.Pod) {
			if c := pick(r, pod); ofThePod(c) {
				c.Command = append([]string{"/vault/vault-env", "--"}, c.Command...)
			}
		}},
		{"a wrapper that makes the command its arguments", func(r *rand.Rand, pod *corev1.Pod) {
			if c := pick(r, pod); ofThePod(c) {
				c.Command, c.Args = []string{"/vault/vault-env"}, slices.Concat(c.Command, c.Args)
			}
		}},
		{"no containers but the last", func(_ *rand.Rand, pod *corev1.Pod) {
			pod.Spec.Containers = pod.Spec.Containers[len(pod.Spec.Containers)-1:]
		}},
		{"no labels", func(_ *rand.Rand, pod *corev1.Pod) { pod.Labels = nil }},
		{"a shared PID namespace", func(_ *rand.Rand, pod *corev1.Pod) { pod.Spec.ShareProcessNamespace = ptr.To(true) }},
		{"a port", func(r *rand.Rand, pod *corev1.Pod) { pick(r, pod).Ports = []corev1.ContainerPort{{ContainerPort: 81}} }},
		{"a hook", func(r *rand.Rand, pod *corev1.Pod) {
			c := pick(r, pod)
			if c.Lifecycle == nil {
				c.Lifecycle = &corev1.Lifecycle{}
			}
			c.Lifecycle.PreStop = &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"/quit"}}}
		}},
		{"a message's path", func(r *rand.Rand, pod *corev1.Pod) { pick(r, pod).TerminationMessagePath = "/$(HOSTNAME)/$$x" }},
		{"drain", annotate("drain", "1s", "20s", "1500ms", "what")},
		{"stop signal", annotate("stop-signal", "SIGINT", "SIGQUIT")},
		{"stop timeout", annotate("stop-timeout", "3s", "100s")},
		{"carrier", annotate("carrier", "image", "emptyDir", "node", "auto")},
		{"who is left out", annotate("exclude-containers", "app")},
		{"Windows", func(_ *rand.Rand, pod *corev1.Pod) {
			pod.Spec.NodeSelector = map[string]string{corev1.LabelOSStable: "windows"}
		}},
		{"root", func(_ *rand.Rand, pod *corev1.Pod) { security(pod).RunAsUser = ptr.To[int64](0) }},
		{"a profile", func(_ *rand.Rand, pod *corev1.Pod) {
			security(pod).SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}
		}},
	}
}

// ofThePod reports whether c's command is the pod's own: nobody puts a wrapper before one
// that only the image has.
func ofThePod(c *corev1.Container) bool {
	return len(c.Command) > 0 && !slices.ContainsFunc(c.Command, func(word string) bool {
		return strings.HasPrefix(word, "--command-of=") || strings.HasPrefix(word, "--entrypoint-of=")
	})
}

func security(pod *corev1.Pod) *corev1.PodSecurityContext {
	if pod.Spec.SecurityContext == nil {
		pod.Spec.SecurityContext = &corev1.PodSecurityContext{}
	}
	return pod.Spec.SecurityContext
}

// isInstallerOf reports whether c is one of ours.
func isInstallerOf(c corev1.Container) bool {
	return len(c.Command) == 3 && c.Command[0] == "/softstop-init" && c.Command[1] == "install"
}

// TestLaterPasses: injecting a pod, changing it and injecting it again gives what injecting
// the changed pod once gives, whatever the pod and whatever the change.
func TestLaterPasses(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.in.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no input in testdata: %v", err)
	}
	all := changes()
	for n, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			facts, raw := readInput(t, input)
			if strings.Contains(string(raw), "softstop-init") {
				t.Skip("it comes with something of ours, which a change may turn into the user's")
			}
			for round := range 40 {
				r := rand.New(rand.NewPCG(uint64(n), uint64(round)))
				order := r.Perm(len(all))[:1+round%3]
				if round < len(all) {
					order = []int{round}
				}
				makeAll := func(raw []byte, seed uint64) []byte {
					for _, i := range order {
						raw = changed(t, raw, seed, all[i])
					}
					return raw
				}
				var names []string
				for _, i := range order {
					names = append(names, all[i].name)
				}
				once := injected(t, makeAll(raw, uint64(round)), facts)
				twice := injected(t, makeAll(injected(t, raw, facts), uint64(round)), facts)
				if got, want := inOrder(t, twice), inOrder(t, once); got != want {
					t.Fatalf("after %s, injected again:\n%s\nwant what it is injected once:\n%s", strings.Join(names, ", "), got, want)
				}
				if _, again := inject.Inject(injecttest.Decode(t, twice), facts); len(again) > 0 {
					t.Fatalf("after %s, injected a third time: %v", strings.Join(names, ", "), document(t, again))
				}
			}
		})
	}
}

// changed returns raw after c. The same seed makes the same choices.
func changed(t *testing.T, raw []byte, seed uint64, c change) []byte {
	t.Helper()
	pod := injecttest.Decode(t, raw)
	c.do(rand.New(rand.NewPCG(seed, 0)), pod)
	data, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// injected returns raw after a pass.
func injected(t *testing.T, raw []byte, facts inject.Facts) []byte {
	t.Helper()
	_, operations := inject.Inject(injecttest.Decode(t, raw), facts)
	return apply(t, raw, operations)
}

// inOrder is canonical with volumes and mounts in order: where in a list ours stand
// depends on when the others came.
func inOrder(t *testing.T, raw []byte) string {
	t.Helper()
	pod := injecttest.Decode(t, raw)
	slices.SortFunc(pod.Spec.Volumes, func(a, b corev1.Volume) int { return cmp.Compare(a.Name, b.Name) })
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			slices.SortFunc(list[i].VolumeMounts, func(a, b corev1.VolumeMount) int { return cmp.Compare(a.MountPath, b.MountPath) })
		}
	}
	data, err := json.MarshalIndent(pod, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
