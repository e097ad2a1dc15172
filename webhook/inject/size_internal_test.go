package inject

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// TestBeyond: what is as long as it may be is no reason, one more is.
func TestBeyond(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	one := func(pod *corev1.Pod) *corev1.Container {
		pod.Spec.Containers = make([]corev1.Container, 1)
		return &pod.Spec.Containers[0]
	}
	for name, c := range map[string]struct {
		most int
		set  func(pod *corev1.Pod, n int)
	}{
		"containers": {maxContainers, func(pod *corev1.Pod, n int) {
			pod.Spec.InitContainers, pod.Spec.Containers = make([]corev1.Container, 3), make([]corev1.Container, n-3)
		}},
		"annotations":         {maxAnnotations, func(pod *corev1.Pod, n int) { pod.Annotations = map[string]string{"key": long(n - 3)} }},
		"annotation's key":    {maxKey, func(pod *corev1.Pod, n int) { pod.Annotations = map[string]string{long(n): ""} }},
		"label's key":         {maxKey, func(pod *corev1.Pod, n int) { pod.Labels = map[string]string{long(n): ""} }},
		"label's value":       {maxLabel, func(pod *corev1.Pod, n int) { pod.Labels = map[string]string{"key": long(n)} }},
		"pod's name":          {maxName, func(pod *corev1.Pod, n int) { pod.Name = long(n) }},
		"pod's generated":     {maxName, func(pod *corev1.Pod, n int) { pod.GenerateName = long(n) }},
		"namespace":           {maxName, func(pod *corev1.Pod, n int) { pod.Namespace = long(n) }},
		"owner's kind":        {maxName, func(pod *corev1.Pod, n int) { pod.OwnerReferences = []metav1.OwnerReference{{Kind: long(n)}} }},
		"owner's name":        {maxName, func(pod *corev1.Pod, n int) { pod.OwnerReferences = []metav1.OwnerReference{{Name: long(n)}} }},
		"owner's UID":         {maxName, func(pod *corev1.Pod, n int) { pod.OwnerReferences = []metav1.OwnerReference{{UID: types.UID(long(n))}} }},
		"volume":              {maxLabel, func(pod *corev1.Pod, n int) { pod.Spec.Volumes = []corev1.Volume{{Name: long(n)}} }},
		"container's name":    {maxLabel, func(pod *corev1.Pod, n int) { one(pod).Name = long(n) }},
		"image":               {maxPath, func(pod *corev1.Pod, n int) { one(pod).Image = long(n) }},
		"termination message": {maxPath, func(pod *corev1.Pod, n int) { one(pod).TerminationMessagePath = long(n) }},
		"mount's name":        {maxLabel, func(pod *corev1.Pod, n int) { one(pod).VolumeMounts = []corev1.VolumeMount{{Name: long(n)}} }},
		"mount's path":        {maxPath, func(pod *corev1.Pod, n int) { one(pod).VolumeMounts = []corev1.VolumeMount{{MountPath: long(n)}} }},
		"device's name":       {maxLabel, func(pod *corev1.Pod, n int) { one(pod).VolumeDevices = []corev1.VolumeDevice{{Name: long(n)}} }},
		"device's path":       {maxPath, func(pod *corev1.Pod, n int) { one(pod).VolumeDevices = []corev1.VolumeDevice{{DevicePath: long(n)}} }},
	} {
		most, beyond := &corev1.Pod{}, &corev1.Pod{}
		c.set(most, c.most)
		c.set(beyond, c.most+1)
		if Beyond(most) {
			t.Errorf("%s: %d is beyond", name, c.most)
		}
		if !Beyond(beyond) {
			t.Errorf("%s: %d is not beyond", name, c.most+1)
		}
	}
}

func TestListed(t *testing.T) {
	ten := slices.Repeat([]string{"a"}, maxListed)
	if got, want := listed(ten), strings.Join(ten, ", "); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := listed(append(ten, "b")), strings.Join(ten, ", ")+" and 1 more"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
