package inject

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/utils/ptr"
)

// installer returns the init container that copies the init into the emptyDir. It
// passes Pod Security's restricted profile whatever the pod's own security context
// says, and gets no token: it has no use for one. (Without that, the API server would add
// the token's mount after us and, since the pod has changed again, call us again.)
func installer(pod *corev1.Pod, carrier *CarrierPlan, namespace Namespace) *corev1.Container {
	security := &corev1.SecurityContext{
		AllowPrivilegeEscalation: ptr.To(false),
		Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		ReadOnlyRootFilesystem:   ptr.To(true),
		RunAsNonRoot:             ptr.To(true),
		SeccompProfile:           installerSeccomp(pod, namespace),
		AppArmorProfile:          installerAppArmor(pod),
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

// installerFrom returns what have, an installer of an earlier pass, must be replaced with;
// nil if it is as planned. What others have changed in it since stays while the plan is
// what it was, unless another program than the init would then fill the carrier.
func (c *CarrierPlan) installerFrom(have *corev1.Container, earlier Status) *corev1.Container {
	want := *c.Installer
	if !sameImage(have.Image, want.Image) {
		return &want
	}
	planned := sum(c.Installer)
	want.Image = have.Image
	if c.isTrue(have) && (earlier.Installer == planned || earlier.Installer == "" && isAsPlanned(have, &want)) {
		return nil
	}
	return &want
}

// isTrue reports whether have, which has our image and command, does what our installer
// does: nothing hides its program or the carrier from it, and what follows waits for it.
func (c *CarrierPlan) isTrue(have *corev1.Container) bool {
	writes := false
	others := corev1.Container{VolumeDevices: have.VolumeDevices}
	for _, m := range have.VolumeMounts {
		if m.Name == c.Volume && m.MountPath == c.MountPath && !m.ReadOnly && m.SubPath == "" && m.SubPathExpr == "" {
			writes = true
		} else {
			others.VolumeMounts = append(others.VolumeMounts, m)
		}
	}
	return writes && have.Name == c.Installer.Name && slices.Equal(have.Command, c.Installer.Command) && have.RestartPolicy == nil &&
		!mountTaken(&others, c.MountPath) && !mountTaken(&others, imageProgram)
}

// isAsPlanned reports whether have is want, but for what the API server fills in.
func isAsPlanned(have, want *corev1.Container) bool {
	filled := *have
	filled.TerminationMessagePath, filled.TerminationMessagePolicy = "", ""
	if want.ImagePullPolicy == "" {
		filled.ImagePullPolicy = ""
	}
	return equality.Semantic.DeepEqual(&filled, want)
}

// sameImage reports whether have is want: by name, by want's digest, or by want's tag with
// the digest that somebody found it to be.
func sameImage(have, want string) bool {
	_, digest, pinned := strings.Cut(want, "@")
	return have == want || pinned && strings.HasSuffix(have, "@"+digest) || !pinned && strings.HasPrefix(have, want+"@")
}

// installerSeccomp is the runtime's default profile where the pod has profiles or must:
// a policy that lists no profile, as OpenShift's may be, refuses every one. Where the pod
// has one of its own, the installer must not inherit it: it was made for another program.
func installerSeccomp(pod *corev1.Pod, namespace Namespace) *corev1.SeccompProfile {
	asked := namespace.Labels["pod-security.kubernetes.io/enforce"] == "restricted"
	asks := func(profile *corev1.SeccompProfile) bool {
		return profile != nil && profile.Type != corev1.SeccompProfileTypeUnconfined
	}
	if of := pod.Spec.SecurityContext; of != nil {
		asked = asked || asks(of.SeccompProfile)
	}
	for _, c := range containersOf(pod) {
		asked = asked || c.SecurityContext != nil && asks(c.SecurityContext.SeccompProfile)
	}
	if !asked {
		return nil
	}
	return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}
}

// installerAppArmor is the runtime's default profile where the pod has one of its own for
// all containers, which was made for another program than the installer.
func installerAppArmor(pod *corev1.Pod) *corev1.AppArmorProfile {
	of := pod.Spec.SecurityContext
	if of == nil || of.AppArmorProfile == nil || of.AppArmorProfile.Type != corev1.AppArmorProfileTypeLocalhost {
		return nil
	}
	return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}
}

// warnOfProfiles warns of the wrapped containers whose own security profile says what they
// may do: it knows nothing of the init.
func (p *Plan) warnOfProfiles() {
	pod := p.ours.bare.Spec.SecurityContext
	for i := range p.Containers {
		c := &p.Containers[i]
		if c.Action != Wrapped {
			continue
		}
		if profile := profileOf(pod, c.container.SecurityContext); profile != "" {
			p.warn(c.Name, "container %q has a profile of its own (%s): it must let %s run, and clone and wait for processes; "+
				"try it, or leave the container out with %s", c.Name, profile, path.Join(p.Carrier.MountPath, "softstop-init"), "softstop.dev/exclude-containers")
		}
	}
}

// profileOf names the profile on the node that a container runs with, by the security
// contexts of its pod and its own; empty for none.
func profileOf(pod *corev1.PodSecurityContext, own *corev1.SecurityContext) string {
	var seccomp *corev1.SeccompProfile
	var appArmor *corev1.AppArmorProfile
	if pod != nil {
		seccomp, appArmor = pod.SeccompProfile, pod.AppArmorProfile
	}
	if own != nil && own.SeccompProfile != nil {
		seccomp = own.SeccompProfile
	}
	if own != nil && own.AppArmorProfile != nil {
		appArmor = own.AppArmorProfile
	}
	var names []string
	if seccomp != nil && seccomp.Type == corev1.SeccompProfileTypeLocalhost {
		names = append(names, "seccomp "+ptr.Deref(seccomp.LocalhostProfile, ""))
	}
	if appArmor != nil && appArmor.Type == corev1.AppArmorProfileTypeLocalhost {
		names = append(names, "AppArmor "+ptr.Deref(appArmor.LocalhostProfile, ""))
	}
	return strings.Join(names, " and ")
}
