package inject

import (
	"path"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// CarrierPlan is how the init reaches the pod.
type CarrierPlan struct {
	// Kind is CarrierEmptyDir, CarrierImage or CarrierNode.
	Kind config.Carrier
	// Volume is the volume's name, MountPath where wrapped containers see it.
	Volume    string
	MountPath string
	// Image and PullPolicy are the init's image.
	Image      string
	PullPolicy corev1.PullPolicy
	// Installer fills the emptyDir; nil for an image volume.
	Installer *corev1.Container
	// Medium is the emptyDir's: where ephemeral storage is limited it is memory, which the
	// kubelet does not count.
	Medium corev1.StorageMedium
}

const (
	volumeName    = "softstop"
	installerName = "softstop-install"
	mountPath     = "/softstop"
	// tokenPath is where the API server's admission mounts the service account's token into
	// every container that has nothing there.
	tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount"
	// imageProgram is where the init's image has the program.
	imageProgram = "/" + initbin.Name
	// nonRoot is the user of the init's image; it is set only where the pod would
	// otherwise make the installer root.
	nonRoot = 65532
)

// Program is the path of the init in wrapped containers.
func (c *CarrierPlan) Program() string { return path.Join(c.MountPath, initbin.Name) }

// carry plans the carrier; nil if no container is wrapped.
func (p *Plan) carry(decision Decision, facts Facts) *CarrierPlan {
	if !slices.ContainsFunc(decision.Containers, func(c Choice) bool { return c.Action == Wrapped }) {
		return nil
	}
	p.warnOfCarrier(decision)
	carrier := &CarrierPlan{Kind: decision.Carrier, MountPath: decision.MountPath}
	if carrier.Kind == config.CarrierNode {
		return carrier
	}
	carrier.Volume = p.ours.freeVolumeName()
	carrier.Image, carrier.PullPolicy = facts.Config.InitImage, corev1.PullPolicy(facts.Config.InitPullPolicy)
	if carrier.Kind == config.CarrierEmptyDir {
		carrier.Medium = medium(p.ours.bare)
		carrier.Installer = installer(p.ours.bare, carrier, facts.Namespace)
	}
	return carrier
}

// carrierOf is the carrier of a pod whose policy asks for one. The plugin leaves a RuntimeClass alone:
// it may be a virtual machine, where the node's files are not.
func carrierOf(asked config.Carrier, pod *corev1.Pod, nodes Nodes) config.Carrier {
	switch {
	case asked == config.CarrierEmptyDir:
		return asked
	case asked != config.CarrierImage && nodes.Plugins && nodes.SleepAction && pod.Spec.RuntimeClassName == nil:
		return config.CarrierNode
	case nodes.ImageVolumes:
		return config.CarrierImage
	}
	return config.CarrierEmptyDir
}

// warnOfCarrier says why a pod does not get the carrier that somebody asked for.
func (p *Plan) warnOfCarrier(decision Decision) {
	asked := decision.Policy.Carrier.Value
	if asked == config.CarrierAuto || asked == decision.Carrier {
		return
	}
	why := "not every node this pod can land on has image volumes (Kubernetes 1.36)"
	switch {
	case asked == config.CarrierNode && p.ours.bare.Spec.RuntimeClassName != nil:
		why = "the plugin of the nodes leaves pods with a RuntimeClass alone"
	case asked == config.CarrierNode:
		why = "not every node this pod can land on has a ready plugin (node.enabled in the chart)"
	}
	names := map[config.Carrier]string{config.CarrierEmptyDir: "an emptyDir", config.CarrierImage: "an image volume"}
	p.warn("", "the carrier is %s: %s", names[decision.Carrier], why)
}

// inPod is c if it adds something to the pod's spec, else nil.
func (c *CarrierPlan) inPod() *CarrierPlan {
	if c == nil || c.Kind == config.CarrierNode {
		return nil
	}
	return c
}

// freeMountPath returns a path at the root that no container to be wrapped uses. (Where
// one has a mount at the root itself there is none: placeMount sees to it.)
func freeMountPath(containers []Choice) string {
	taken := map[string]bool{}
	for i := range containers {
		if containers[i].Action != Wrapped {
			continue
		}
		for _, used := range mountPaths(containers[i].container) {
			top, _, _ := strings.Cut(used[1:], "/")
			taken["/"+top] = true
		}
	}
	return firstFree(mountPath, taken)
}

// mountPaths are where c has volumes and devices.
func mountPaths(c *corev1.Container) (paths []string) {
	for _, m := range c.VolumeMounts {
		paths = append(paths, path.Clean("/"+m.MountPath))
	}
	for _, d := range c.VolumeDevices {
		paths = append(paths, path.Clean("/"+d.DevicePath))
	}
	return paths
}

// mountTaken reports whether a mount of c is at dir, below it or above it. A mount at
// the root is above everything.
func mountTaken(c *corev1.Container, dir string) bool {
	return slices.ContainsFunc(mountPaths(c), func(used string) bool {
		return used == dir || used == "/" || strings.HasPrefix(used, dir+"/") || strings.HasPrefix(dir, used+"/")
	})
}

// freeVolumeName returns a name for the carrier's volume that is in no other use: neither
// a volume's, nor in the mounts and devices of a container, whose volume is yet to come.
func (o *ours) freeVolumeName() string {
	taken := map[string]bool{}
	for i := range o.bare.Spec.Volumes {
		taken[o.bare.Spec.Volumes[i].Name] = true
	}
	for _, c := range containersOf(o.bare) {
		for _, m := range c.VolumeMounts {
			// Who reads from our volume was shown it by us.
			if _, ours := o.names[m.Name]; !ours {
				taken[m.Name] = true
			}
		}
		for _, d := range c.VolumeDevices {
			taken[d.Name] = true
		}
	}
	return firstFree(volumeName, taken)
}

func freeContainerName(pod *corev1.Pod) string {
	taken := map[string]bool{}
	for _, c := range containersOf(pod) {
		taken[c.Name] = true
	}
	return firstFree(installerName, taken)
}

// firstFree returns base, or base-2, base-3 and so on, whichever is not taken.
func firstFree(base string, taken map[string]bool) string {
	name := base
	for n := 2; taken[name]; n++ {
		name = base + "-" + strconv.Itoa(n)
	}
	return name
}

// volume is the carrier's volume.
func (c *CarrierPlan) volume() corev1.Volume {
	if c.Kind == config.CarrierImage {
		image := &corev1.ImageVolumeSource{Reference: c.Image, PullPolicy: c.PullPolicy}
		return corev1.Volume{Name: c.Volume, VolumeSource: corev1.VolumeSource{Image: image}}
	}
	return corev1.Volume{Name: c.Volume, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: c.Medium}}}
}

// isIn reports whether v, a volume of ours, is the carrier's as it is planned. Others may
// have given an emptyDir a limit.
func (c *CarrierPlan) isIn(v *corev1.Volume) bool {
	if v.Name != c.Volume {
		return false
	}
	if c.Kind == config.CarrierImage {
		return v.Image != nil && sameImage(v.Image.Reference, c.Image)
	}
	return v.EmptyDir != nil && v.EmptyDir.Medium == c.Medium
}
