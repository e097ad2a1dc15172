package webhook

import (
	"path"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
)

// CarrierPlan is how the init reaches the pod.
type CarrierPlan struct {
	// Kind is CarrierEmptyDir or CarrierImage.
	Kind config.Carrier
	// Volume is the volume's name, MountPath where wrapped containers see it.
	Volume    string
	MountPath string
	// Present means that an earlier pass brought the carrier.
	Present bool
	// Image and PullPolicy are the init's image.
	Image      string
	PullPolicy corev1.PullPolicy
	// Installer fills the emptyDir; nil for an image volume.
	Installer *corev1.Container
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

// carry plans the carrier. A container that has no place for the mount becomes hooks
// only.
func (p *Plan) carry(pod *corev1.Pod, policy config.Policy, facts Facts) *CarrierPlan {
	if found := findCarrier(pod); found != nil {
		p.place(found)
		return found
	}
	carrier := &CarrierPlan{
		Kind: policy.Carrier.Value, MountPath: p.freeMountPath(), Volume: freeVolumeName(pod),
		Image: facts.Config.InitImage, PullPolicy: corev1.PullPolicy(facts.Config.InitPullPolicy),
	}
	if !p.place(carrier) {
		return nil
	}
	if carrier.Kind == config.CarrierImage && !facts.Nodes.ImageVolumes {
		p.warn("the carrier is an emptyDir: not every node this pod can land on has image volumes (Kubernetes 1.36)")
	}
	if carrier.Kind != config.CarrierEmptyDir && facts.Nodes.ImageVolumes {
		carrier.Kind = config.CarrierImage
		return carrier
	}
	carrier.Kind = config.CarrierEmptyDir
	carrier.Installer = installer(pod, carrier)
	return carrier
}

// place turns the containers that have no place for carrier's mount into hooks only,
// and reports whether any other is wrapped.
func (p *Plan) place(carrier *CarrierPlan) (wrapped bool) {
	for i := range p.Containers {
		c := &p.Containers[i]
		if c.Action == Wrapped && !c.Kept && !hasMount(c.container, carrier) && mountTaken(c.container, carrier.MountPath) {
			c.Action, c.Reason = HooksOnly, ReasonMountTaken
		}
		wrapped = wrapped || c.Action == Wrapped
	}
	return wrapped
}

// hasMount reports whether c has carrier's mount already.
func hasMount(c *corev1.Container, carrier *CarrierPlan) bool {
	return slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool {
		return m.Name == carrier.Volume && m.MountPath == carrier.MountPath
	})
}

// findCarrier returns the carrier that an earlier pass brought, or nil.
func findCarrier(pod *corev1.Pod) *CarrierPlan {
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		var dir string
		switch {
		case isInstaller(&c):
			dir = c.Command[2]
		case isWrapped(&c):
			dir = path.Dir(c.Command[0])
		default:
			continue
		}
		for _, m := range c.VolumeMounts {
			if m.MountPath == dir {
				return &CarrierPlan{Kind: carrierKind(pod, m.Name), Volume: m.Name, MountPath: dir, Present: true}
			}
		}
	}
	return nil
}

func carrierKind(pod *corev1.Pod, volume string) config.Carrier {
	for _, v := range pod.Spec.Volumes {
		if v.Name == volume && v.Image != nil {
			return config.CarrierImage
		}
	}
	return config.CarrierEmptyDir
}

// isInstaller reports whether c is the carrier's own init container.
func isInstaller(c *corev1.Container) bool {
	return strings.HasPrefix(c.Name, installerName) && len(c.Command) == 3 &&
		c.Command[0] == imageProgram && c.Command[1] == "install"
}

// freeMountPath returns a path at the root that no container to be wrapped uses. (Where
// one has a mount at the root itself there is none: place sees to it.)
func (p *Plan) freeMountPath() string {
	taken := map[string]bool{}
	for i := range p.Containers {
		if p.Containers[i].Action != Wrapped {
			continue
		}
		for _, used := range mountPaths(p.Containers[i].container) {
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

func freeVolumeName(pod *corev1.Pod) string {
	taken := map[string]bool{}
	for i := range pod.Spec.Volumes {
		taken[pod.Spec.Volumes[i].Name] = true
	}
	return firstFree(volumeName, taken)
}

func freeContainerName(pod *corev1.Pod) string {
	taken := map[string]bool{}
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			taken[list[i].Name] = true
		}
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

// installer returns the init container that copies the init into the emptyDir. It
// passes Pod Security's restricted profile whatever the pod's own security context
// says, and gets no token: it has no use for one. (Without that, the API server would add
// the token's mount after us and, since the pod has changed again, call us again.)
func installer(pod *corev1.Pod, carrier *CarrierPlan) *corev1.Container {
	security := &corev1.SecurityContext{
		AllowPrivilegeEscalation: ptr.To(false),
		Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		ReadOnlyRootFilesystem:   ptr.To(true),
		RunAsNonRoot:             ptr.To(true),
		SeccompProfile:           &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	if of := pod.Spec.SecurityContext; of != nil && of.RunAsUser != nil && *of.RunAsUser == 0 {
		security.RunAsUser = ptr.To[int64](nonRoot)
	}
	return &corev1.Container{
		Name:            freeContainerName(pod),
		Image:           carrier.Image,
		ImagePullPolicy: carrier.PullPolicy,
		Command:         []string{imageProgram, "install", carrier.MountPath},
		Resources:       installerResources(pod),
		SecurityContext: security,
		VolumeMounts: []corev1.VolumeMount{
			{Name: carrier.Volume, MountPath: carrier.MountPath},
			{Name: carrier.Volume, MountPath: tokenPath, ReadOnly: true},
		},
	}
}
