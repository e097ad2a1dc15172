package finding

import (
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// Known says what the image of a container runs; ok is false if nobody knows.
type Known func(c *corev1.Container) (image config.Image, ok bool)

// Around is what matters about a pod and is not in it.
type Around struct {
	// Job means that the pod is a Job's, which serves nobody.
	Job bool
	// Known says what images run.
	Known Known
	// Services are those of the pod's namespace; nil if nobody looked.
	Services []Service
}

// subject is the pod that is looked at, with what holds for all of its containers.
type subject struct {
	Around
	pod   *corev1.Pod
	grace time.Duration
	// shared means that the containers' first processes are not process 1.
	shared bool
	judged
}

// judged is what the engine says about a pod, as if it had asked for everything: whether anything in
// it is softstop's business, and which containers are none of its author's, a mesh's proxy. softstop
// in the pod changes neither.
type judged struct {
	mine bool
	left []string
}

// AsIs returns what keeps pod from stopping well as it is written. Of pods without Unix processes,
// and of those whose steps a workflow engine runs, nothing is said.
func AsIs(pod *corev1.Pod, around Around) []Finding { return judge(pod).findings(pod, around) }

// findings are those of the pod that was judged, as it is or as softstop has changed it.
func (j judged) findings(pod *corev1.Pod, around Around) []Finding {
	if !j.mine {
		return nil
	}
	s := subject{Around: around, pod: pod, grace: 30 * time.Second, judged: j} // Kubernetes' default
	if g := pod.Spec.TerminationGracePeriodSeconds; g != nil {
		s.grace = time.Duration(*g) * time.Second
	}
	if s.grace <= 0 {
		f := found(GraceZero, "", "", "spec", "terminationGracePeriodSeconds")
		return []Finding{f.with(map[string]any{"terminationGracePeriodSeconds": 30})}
	}
	s.shared = pod.Spec.HostPID || pod.Spec.ShareProcessNamespace != nil && *pod.Spec.ShareProcessNamespace
	var all []Finding
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			all = append(all, s.container(c, false, "spec", "initContainers", strconv.Itoa(i))...)
		}
	}
	for i := range pod.Spec.Containers {
		all = append(all, s.container(&pod.Spec.Containers[i], true, "spec", "containers", strconv.Itoa(i))...)
	}
	return all
}

// judge asks the engine about a pod.
func judge(pod *corev1.Pod) judged {
	bare := &corev1.Pod{Spec: pod.Spec}
	bare.Labels = pod.Labels
	d := inject.Decide(bare, inject.Facts{Config: config.Default(), Requested: true})
	j := judged{mine: !slices.Contains([]inject.Reason{inject.ReasonWindows, inject.ReasonWasm, inject.ReasonWorkflowEngine}, d.Skip)}
	for _, c := range d.Containers {
		if c.Reason == inject.ReasonMeshSidecar {
			j.left = append(j.left, c.Name)
		}
	}
	return j
}

func (s *subject) container(c *corev1.Container, ordinary bool, at ...string) []Finding {
	if slices.Contains(s.left, c.Name) {
		return nil
	}
	all := s.process(c, at...)
	if ordinary {
		all = append(all, s.drain(c, at...)...)
	}
	return all
}
