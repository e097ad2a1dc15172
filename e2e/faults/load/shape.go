package load

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
)

// Shape is what a pod looks like once it has been admitted, without what differs from pod to pod.
type Shape struct {
	// Result is what a pod of this shape counts as.
	Result Result
	// pod is specification, labels and annotations as JSON.
	pod string
	// status is softstop's status annotation. It is empty where the shape does not fix it: the
	// reason why an image could not be looked up depends on how the registry fails.
	status string
}

// shapeOf is the shape of an admitted pod. An image that is still the sent one is not part of it,
// so that each pod may have its own.
func shapeOf(sent, admitted *corev1.Pod, result Result) (Shape, error) {
	pod := admitted.DeepCopy()
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		if i >= len(sent.Spec.Containers) || c.Image != sent.Spec.Containers[i].Image {
			continue
		}
		for n, word := range c.Command { // the init is told whose command it runs
			c.Command[n] = strings.Replace(word, "="+c.Image, "=as sent", 1)
		}
		c.Image = "as sent"
	}
	annotations := maps.Clone(pod.Annotations)
	delete(annotations, config.StatusKey)
	b, err := json.Marshal(map[string]any{"labels": pod.Labels, "annotations": annotations, "spec": pod.Spec})
	if err != nil {
		return Shape{}, fmt.Errorf("read the shape of the pod %s: %w", admitted.Name, err)
	}
	s := Shape{Result: result, pod: string(b), status: admitted.Annotations[config.StatusKey]}
	if result == HooksOnly {
		s.status = ""
	}
	return s, nil
}

// fits reports whether other, of a pod, is this shape.
func (s Shape) fits(other Shape) bool {
	return s.pod == other.pod && (s.Result == HooksOnly || s.status == other.status)
}

// classify returns what the admitted pod counts as; with Wrong, also what it looks like.
func classify(shapes []Shape, sent, admitted *corev1.Pod) (Result, string) {
	got, err := shapeOf(sent, admitted, Wrong)
	if err != nil {
		return Wrong, err.Error()
	}
	for _, s := range shapes {
		if s.fits(got) {
			return s.Result, ""
		}
	}
	return Wrong, got.pod + " " + got.status
}
