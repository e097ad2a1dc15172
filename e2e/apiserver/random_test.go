//go:build linux

package apiserver

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	counted "k8s.io/component-helpers/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
)

// anyPodStaysValid makes pods by chance, in namespaces with and without rules. Each that
// the API server accepts as it is, it must accept injected, with the same QoS class and
// the same request to scheduler and quota.
func (s *suite) anyPodStaysValid(t *testing.T) {
	enabled := map[string]string{config.InjectKey: config.InjectEnabled}
	s.namespace(t, "any", enabled)
	s.limited(t, "any-limited", enabled)
	s.namespace(t, "any-restricted", map[string]string{config.InjectKey: config.InjectEnabled, "pod-security.kubernetes.io/enforce": "restricted"})
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	const tries = 600
	valid, injected := 0, map[string]int{}
	for i := range tries {
		p := randomPod(r)
		p.Namespace, p.Name = pick(r, "any", "any", "any-limited", "any-restricted"), fmt.Sprintf("any-%d", i)
		if p.Namespace == "any-restricted" {
			tighten(p)
		}
		left := p.DeepCopy()
		left.Annotations[config.InjectKey] = "false"
		err := s.client.Create(t.Context(), left, client.DryRunAll)
		if apierrors.IsInvalid(err) || apierrors.IsForbidden(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		valid++
		given := p.DeepCopy()
		if err := s.client.Create(t.Context(), p, client.DryRunAll); err != nil {
			t.Fatalf("seed %d: valid as it is, but injected: %v\n%+v", seed, err, given)
		}
		if p.Labels[config.InjectedKey] == "true" {
			injected[p.Namespace]++
		}
		if was, is := asks(left), asks(p); was != is {
			t.Fatalf("seed %d: the pod asks for %s, without softstop for %s:\n%+v", seed, is, was, given)
		}
	}
	t.Logf("%d of %d pods valid; injected: %v", valid, tries, injected)
	if len(injected) < 3 || slices.Min(slices.Collect(maps.Values(injected))) < 20 {
		t.Errorf("too few were injected: the generator no longer makes much")
	}
}

// asks is the pod's QoS class, and what scheduler and quota count, in words.
func asks(p *corev1.Pod) string {
	words := string(p.Status.QOSClass)
	for _, list := range []corev1.ResourceList{counted.PodRequests(p, counted.PodResourcesOptions{}), counted.PodLimits(p, counted.PodResourcesOptions{})} {
		words += "; "
		for _, name := range slices.Sorted(maps.Keys(list)) {
			quantity := list[name]
			words += fmt.Sprintf(" %s=%s", name, quantity.String())
		}
	}
	return words
}

// maybe calls f for one of n.
func maybe(r *rand.Rand, n int, f func()) {
	if r.IntN(n) == 0 {
		f()
	}
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func randomPod(r *rand.Rand) *corev1.Pod {
	p := &corev1.Pod{}
	p.Annotations = map[string]string{}
	maybe(r, 3, func() { p.Annotations["softstop.dev/drain"] = pick(r, "0s", "5s", "1500ms", "90s", "2h", "x") })
	maybe(r, 3, func() { p.Annotations["softstop.dev/stop-timeout"] = pick(r, "1s", "2500ms", "90s", "23h") })
	maybe(r, 4, func() { p.Annotations["softstop.dev/stop-signal"] = pick(r, "INT", "KILL", "RTMIN+3") })
	maybe(r, 4, func() { p.Annotations["softstop.dev/containers"] = "c0,i0" })
	spec := &p.Spec
	maybe(r, 2, func() { spec.TerminationGracePeriodSeconds = new(pick(r, int64(0), 1, 2, 5, 30, 3600, 1<<40)) })
	maybe(r, 5, func() { spec.OS = &corev1.PodOS{Name: corev1.Linux} })
	maybe(r, 5, func() { spec.ShareProcessNamespace = new(true) })
	maybe(r, 6, func() { spec.HostPID = spec.ShareProcessNamespace == nil })
	maybe(r, 6, func() { spec.HostUsers = new(false) })
	maybe(r, 4, func() { spec.RestartPolicy = pick(r, corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure) })
	maybe(r, 4, func() {
		spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(pick(r, int64(0), 1000)), FSGroup: new(int64(1000))}
	})
	maybe(r, 8, func() {
		spec.Resources = &corev1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2"), corev1.ResourceMemory: resource.MustParse("1Gi")}}
	})
	maybe(r, 8, func() { spec.HostNetwork = true })
	maybe(r, 8, func() { spec.ActiveDeadlineSeconds = new(int64(60)) })
	maybe(r, 8, func() { spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "pull"}} })
	for i := range r.IntN(4) {
		spec.Volumes = append(spec.Volumes, corev1.Volume{
			Name:         pick(r, "softstop", "data", "softstop-2") + fmt.Sprint(i)[:r.IntN(2)],
			VolumeSource: randomVolume(r),
		})
	}
	for i := range r.IntN(3) {
		c := randomContainer(r, fmt.Sprintf("i%d", i), spec)
		maybe(r, 2, func() { c.RestartPolicy = new(corev1.ContainerRestartPolicyAlways) })
		maybe(r, 8, func() { c.Name = "softstop-install" })
		spec.InitContainers = append(spec.InitContainers, c)
	}
	guaranteed := r.IntN(3) == 0
	for i := range 1 + r.IntN(3) {
		c := randomContainer(r, fmt.Sprintf("c%d", i), spec)
		if guaranteed {
			c.Resources = corev1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1"), corev1.ResourceMemory: resource.MustParse("64Mi")}}
		}
		spec.Containers = append(spec.Containers, c)
	}
	return p
}

func randomVolume(r *rand.Rand) corev1.VolumeSource {
	return pick(r,
		corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}},
		corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory}},
		corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: "settings"}}},
		corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "disk"}},
		corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}},
		corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: "files:1"}},
	)
}

func randomContainer(r *rand.Rand, name string, spec *corev1.PodSpec) corev1.Container {
	c := corev1.Container{Name: name, Image: "app:1"}
	maybe(r, 1, func() { c.Command = []string{pick(r, "/app", "sh", "/init", "tini", "./x")} })
	maybe(r, 6, func() { c.Command = nil })
	maybe(r, 2, func() { c.Args = []string{"-c", "echo $(X) $$"} })
	maybe(r, 2, func() { c.Ports = []corev1.ContainerPort{{ContainerPort: int32(1 + r.IntN(60000))}} })
	maybe(r, 3, func() { c.TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError })
	maybe(r, 5, func() { c.TerminationMessagePath = "/dev/other-log" })
	hook := func() *corev1.LifecycleHandler {
		return pick(r, &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: int64(1 + r.IntN(40))}},
			&corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sleep", "7"}}},
			&corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Port: intstr.FromInt32(80), Path: "/"}})
	}
	maybe(r, 4, func() { c.Lifecycle = &corev1.Lifecycle{PreStop: hook()} })
	maybe(r, 5, func() { c.Lifecycle = &corev1.Lifecycle{PostStart: hook()} })
	maybe(r, 6, func() {
		c.Lifecycle = &corev1.Lifecycle{StopSignal: new(pick(r, corev1.SIGUSR1, corev1.SIGKILL, corev1.SIGTERM))}
	})
	maybe(r, 4, func() {
		c.LivenessProbe = &corev1.Probe{TerminationGracePeriodSeconds: new(int64(3)), ProbeHandler: *probe()}
	})
	maybe(r, 5, func() { c.WorkingDir = "/work" })
	maybe(r, 6, func() { c.TTY, c.Stdin = true, true })
	maybe(r, 6, func() { c.ImagePullPolicy = corev1.PullNever })
	maybe(r, 6, func() {
		c.SecurityContext = &corev1.SecurityContext{Privileged: new(r.IntN(2) == 0), RunAsUser: new(int64(r.IntN(2000)))}
	})
	maybe(r, 6, func() {
		c.ResizePolicy = []corev1.ContainerResizePolicy{{ResourceName: corev1.ResourceCPU, RestartPolicy: corev1.RestartContainer}}
	})
	maybe(r, 5, func() {
		c.Env = []corev1.EnvVar{{Name: "X", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}}}
	})
	for _, v := range spec.Volumes {
		maybe(r, 6, func() {
			if v.PersistentVolumeClaim != nil {
				c.VolumeDevices = append(c.VolumeDevices, corev1.VolumeDevice{Name: v.Name, DevicePath: pick(r, "/softstop", "/dev/disk")})
			}
		})
		maybe(r, 2, func() {
			path := pick(r, "/data", "/softstop", "/softstop/x", "/", "/softstop-2/")
			for _, m := range c.VolumeMounts {
				if m.MountPath == path {
					return
				}
			}
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: v.Name, MountPath: path, SubPath: pick(r, "", "", "part")})
		})
	}
	maybe(r, 3, func() {
		c.Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m")}
		maybe(r, 2, func() {
			c.Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("64Mi"), corev1.ResourceEphemeralStorage: resource.MustParse("1Gi")}
		})
	})
	maybe(r, 8, func() {
		c.Resources.Limits = corev1.ResourceList{"hugepages-2Mi": resource.MustParse("4Mi"), "vendor.example/gpu": resource.MustParse("1"), corev1.ResourceCPU: resource.MustParse("1")}
	})
	return c
}

func probe() *corev1.ProbeHandler {
	return &corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}
}
