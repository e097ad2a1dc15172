package inject_test

import (
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/inject/injecttest"
)

// carried returns an error unless every container that starts with the init has it from a
// volume that our image alone can write to, filled before the container starts.
func carried(pod *corev1.Pod) error {
	all := slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers)
	for i, c := range all {
		if len(c.Command) == 0 || path.Base(c.Command[0]) != initbin.Name || path.Dir(c.Command[0]) == "/" {
			continue
		}
		at := slices.IndexFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == path.Dir(c.Command[0]) })
		if at < 0 {
			return fmt.Errorf("container %q: nothing is mounted where its init is: %v", c.Name, c.Command)
		}
		volume := slices.IndexFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == c.VolumeMounts[at].Name })
		if volume < 0 {
			return fmt.Errorf("container %q: its init's volume %q is not there", c.Name, c.VolumeMounts[at].Name)
		}
		if v := pod.Spec.Volumes[volume]; v.Image != nil && v.Image.Reference == "softstop-init:test" {
			continue
		}
		writers := 0
		for j, w := range all {
			for _, m := range w.VolumeMounts {
				switch {
				case m.Name != pod.Spec.Volumes[volume].Name || m.ReadOnly:
				case isInstallerOf(w) && w.Image == "softstop-init:test" && j < i && m.MountPath == w.Command[2] && len(w.Args) == 0 && w.RestartPolicy == nil && len(w.VolumeMounts) == 2:
					writers++
				default:
					return fmt.Errorf("container %q writes to the volume of container %q's init: %+v", w.Name, c.Name, w.VolumeMounts)
				}
			}
		}
		if writers != 1 || pod.Spec.Volumes[volume].EmptyDir == nil {
			return fmt.Errorf("container %q: %d installers fill its init's volume %+v", c.Name, writers, pod.Spec.Volumes[volume])
		}
	}
	return nil
}

// TestDebugCopies holds hard pod 82: a copy of an injected pod by kubectl debug --copy-to
// starts, with every combination of its flags, whether its namespace opted in or not.
func TestDebugCopies(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.in.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no input in testdata: %v", err)
	}
	flags := map[string]func(*corev1.Pod){
		"--keep-annotations=false":     func(pod *corev1.Pod) { pod.Annotations = nil },
		"--keep-labels=false":          func(pod *corev1.Pod) { pod.Labels = nil },
		"--keep-init-containers=false": func(pod *corev1.Pod) { pod.Spec.InitContainers = nil },
		"--container=C -- sh": func(pod *corev1.Pod) {
			pod.Spec.Containers[0].Command, pod.Spec.Containers[0].Args = []string{"sh"}, nil
		},
		"--arguments-only": func(pod *corev1.Pod) { pod.Spec.Containers[0].Args = []string{"--debug"} },
		"--set-image": func(pod *corev1.Pod) {
			for i := range pod.Spec.Containers {
				pod.Spec.Containers[i].Image = "busybox:1"
			}
		},
	}
	var names []string
	for name := range flags {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			facts, raw := readInput(t, input)
			original := injected(t, raw, facts)
			for combination := range 1 << len(names) {
				pod, given := injecttest.Decode(t, original), []string{}
				pod.Spec.ShareProcessNamespace = ptr.To(true) // it says --share-processes by itself
				pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "debugger", Image: "busybox:1", Stdin: true, TTY: true})
				for i, name := range names {
					if combination>>i&1 == 1 {
						flags[name](pod)
						given = append(given, name)
					}
				}
				if pod.Annotations[corev1.MirrorPodAnnotationKey] != "" {
					continue
				}
				copied, err := json.Marshal(pod)
				if err != nil {
					t.Fatal(err)
				}
				for _, optedIn := range []bool{true, false} {
					around := facts
					if around.Images = nil; !optedIn {
						around.Namespace.Labels = nil
					}
					plan, operations := inject.Inject(injecttest.Decode(t, copied), around)
					if plan.Skip == inject.ReasonRefused {
						continue
					}
					again := apply(t, copied, operations)
					if err := carried(injecttest.Decode(t, again)); err != nil {
						t.Fatalf("%s, opted in %t: %v\n%s", strings.Join(given, " "), optedIn, err, again)
					}
					if err := ofItsImage(injecttest.Decode(t, again)); err != nil {
						t.Fatalf("%s, opted in %t: %v", strings.Join(given, " "), optedIn, err)
					}
				}
			}
		})
	}
}

// ofItsImage returns an error if a container runs what was found in another image.
func ofItsImage(pod *corev1.Pod) error {
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		for _, word := range c.Command {
			if image, is := strings.CutPrefix(word, "--command-of="); is && image != c.Image {
				return fmt.Errorf("container %q runs the command of %s in %s", c.Name, image, c.Image)
			}
		}
	}
	return nil
}

// TestForgedCarriers attacks the carrier: whatever a pod has of softstop's looks, no
// container is started by a program that somebody else brought.
func TestForgedCarriers(t *testing.T) {
	facts, raw := readInput(t, "testdata/04-command-only.in.yaml")
	evil := corev1.VolumeMount{Name: "evil", MountPath: "/evil"}
	attacks := map[string]func(*corev1.Pod){
		"another image":                func(pod *corev1.Pod) { pod.Spec.InitContainers[0].Image = "evil:1" },
		"another image of that name":   func(pod *corev1.Pod) { pod.Spec.InitContainers[0].Image = "evil.example/softstop-init:test" },
		"another image before its tag": func(pod *corev1.Pod) { pod.Spec.InitContainers[0].Image = "softstop-init:test-evil" },
		"another command":              func(pod *corev1.Pod) { pod.Spec.InitContainers[0].Command[2] = "/opt" },
		"arguments":                    func(pod *corev1.Pod) { pod.Spec.InitContainers[0].Args = []string{"x"} },
		"a sidecar": func(pod *corev1.Pod) {
			pod.Spec.InitContainers[0].RestartPolicy = ptr.To(corev1.ContainerRestartPolicyAlways)
		},
		"a mount over its program": func(pod *corev1.Pod) {
			pod.Spec.InitContainers[0].VolumeMounts = append(pod.Spec.InitContainers[0].VolumeMounts, corev1.VolumeMount{Name: "evil", MountPath: "/softstop-init", SubPath: "x"})
		},
		"a mount in its carrier": func(pod *corev1.Pod) {
			pod.Spec.InitContainers[0].VolumeMounts = append(pod.Spec.InitContainers[0].VolumeMounts, corev1.VolumeMount{Name: "evil", MountPath: "/softstop/x"})
		},
		"it fills another volume": func(pod *corev1.Pod) { pod.Spec.InitContainers[0].VolumeMounts[0].Name = "evil" },
		"another writer": func(pod *corev1.Pod) {
			pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "x", Image: "x:1", Command: []string{"/x"}, VolumeMounts: []corev1.VolumeMount{{Name: "softstop", MountPath: "/x"}}})
		},
		"another writer before": func(pod *corev1.Pod) {
			pod.Spec.InitContainers = append([]corev1.Container{{Name: "x", Image: "x:1", VolumeMounts: []corev1.VolumeMount{{Name: "softstop", MountPath: "/x"}}}}, pod.Spec.InitContainers...)
		},
		"a writable mount": func(pod *corev1.Pod) { mountOf(pod, "softstop").ReadOnly = false },
		"a host's folder": func(pod *corev1.Pod) {
			pod.Spec.Volumes[len(pod.Spec.Volumes)-1].VolumeSource = corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/evil"}}
		},
		"an image": func(pod *corev1.Pod) {
			pod.Spec.Volumes[len(pod.Spec.Volumes)-1].VolumeSource = corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: "evil:1"}}
		},
		"no installer":   func(pod *corev1.Pod) { pod.Spec.InitContainers = pod.Spec.InitContainers[1:] },
		"no volume":      func(pod *corev1.Pod) { pod.Spec.Volumes = pod.Spec.Volumes[:len(pod.Spec.Volumes)-1] },
		"another volume": func(pod *corev1.Pod) { mountOf(pod, "softstop").Name = "evil" },
		"at the root": func(pod *corev1.Pod) {
			pod.Spec.InitContainers = append(pod.Spec.InitContainers, corev1.Container{Name: "softstop-install-2", Image: "evil:1", Command: []string{"/softstop-init", "install", "/"}, VolumeMounts: []corev1.VolumeMount{evil}})
		},
	}
	for name, attack := range attacks {
		t.Run(name, func(t *testing.T) {
			pod := injecttest.Decode(t, injected(t, raw, facts))
			pod.Spec.Volumes = append([]corev1.Volume{{Name: "evil", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}, pod.Spec.Volumes...)
			attack(pod)
			// A later webhook adds what is worth the attack.
			pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "privileged", Image: "later:1", Command: []string{"/later"}})
			for _, stripped := range []bool{false, true} {
				if stripped {
					pod.Annotations, pod.Labels = nil, nil
				}
				attacked, err := json.Marshal(pod)
				if err != nil {
					t.Fatal(err)
				}
				again := injected(t, attacked, facts)
				if err := carried(injecttest.Decode(t, again)); err != nil && name != "another volume" { // there the tenant attacks itself
					t.Errorf("%v\n%s", err, again)
				}
				got := injecttest.Decode(t, again)
				if last := got.Spec.Containers[len(got.Spec.Containers)-1]; !injecttest.StartsWithInit(last) || mounted(last) == "evil" {
					t.Errorf("the later container: %+v", last)
				}
				if _, third := inject.Inject(got, facts); len(third) > 0 {
					t.Errorf("a third pass: %s", document(t, third))
				}
			}
		})
	}
}

func mountOf(pod *corev1.Pod, volume string) *corev1.VolumeMount {
	mounts := pod.Spec.Containers[0].VolumeMounts
	return &mounts[slices.IndexFunc(mounts, func(m corev1.VolumeMount) bool { return m.Name == volume })]
}

// mounted is the volume that c's init comes from.
func mounted(c corev1.Container) string {
	for _, m := range c.VolumeMounts {
		if m.MountPath == path.Dir(c.Command[0]) {
			return m.Name
		}
	}
	return ""
}

// TestNamesInMountsAreTaken: a mount or device whose volume is yet to come does not get ours.
func TestNamesInMountsAreTaken(t *testing.T) {
	facts, raw := readInput(t, "testdata/04-command-only.in.yaml")
	for name, take := range map[string]func(*corev1.Container){
		"mount": func(c *corev1.Container) { c.VolumeMounts = []corev1.VolumeMount{{Name: "softstop", MountPath: "/x"}} },
		"read-only mount": func(c *corev1.Container) {
			c.VolumeMounts = []corev1.VolumeMount{{Name: "softstop", MountPath: "/x", ReadOnly: true}}
		},
		"device": func(c *corev1.Container) {
			c.VolumeDevices = []corev1.VolumeDevice{{Name: "softstop", DevicePath: "/x"}}
		},
	} {
		pod := injecttest.Decode(t, raw)
		take(&pod.Spec.Containers[0])
		data, err := json.Marshal(pod)
		if err != nil {
			t.Fatal(err)
		}
		got := injecttest.Decode(t, injected(t, data, facts))
		if len(got.Spec.Volumes) != 1 || got.Spec.Volumes[0].Name != "softstop-2" {
			t.Errorf("%s: the volumes are %+v", name, got.Spec.Volumes)
		}
	}
}

// TestForgedStatus: what the status claims of a pod that is not as it says is not believed.
func TestForgedStatus(t *testing.T) {
	for name, pod := range map[string]string{
		"a hook of the user's":      `"containers":[{"name":"app","image":"web:1","command":["/app"],"lifecycle":{"preStop":{"exec":{"command":["/quit"]}}}}],"terminationGracePeriodSeconds":60`,
		"a sleep of the user's":     `"containers":[{"name":"app","image":"web:1","command":["/app"],"lifecycle":{"preStop":{"sleep":{"seconds":5}}}}],"terminationGracePeriodSeconds":60`,
		"a sleep of another length": `"containers":[{"name":"app","image":"web:1","command":["/softstop/softstop-init","--","/app"],"lifecycle":{"preStop":{"sleep":{"seconds":9}}}}],"terminationGracePeriodSeconds":60`,
	} {
		for _, before := range []string{"999999", "60", "61"} {
			status := `{"version":"1","gracePeriodSeconds":60,"gracePeriodSecondsBefore":` + before + `,"containers":[{"name":"app","action":"wrapped","drain":"5s","stopTimeout":"23s","added":["command","lifecycle"]}]}`
			raw := fmt.Appendf(nil, `{"metadata":{"name":"web","annotations":{%q:%q}},"spec":{%s}}`, config.StatusKey, status, pod)
			got := injecttest.Decode(t, apply(t, raw, inject.Undo(injecttest.Decode(t, raw))))
			was, is := injecttest.Decode(t, raw).Spec.Containers[0], got.Spec.Containers[0]
			if is.Lifecycle == nil || is.Lifecycle.PreStop == nil || *got.Spec.TerminationGracePeriodSeconds != 60 || is.Command[len(is.Command)-1] != was.Command[len(was.Command)-1] {
				t.Errorf("%s, %s seconds before: undone to %+v", name, before, got.Spec)
			}
		}
	}
}
