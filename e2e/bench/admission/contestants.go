//go:build linux

package admission

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/bench/ground"
	"github.com/softstop/softstop/e2e/bench/images"
	"github.com/softstop/softstop/webhook/inject"
)

// contestant is one way for a pod to be admitted.
type contestant struct {
	// name is the namespace's last word and the value of its label bench; title is what tables say.
	name, title string
	inject      bool
	// image is that of the n-th pod; explicit says that the pod has a command of its own.
	image    func(n int) string
	explicit bool
	// changed is a key that the answer's annotations must have; empty if the pod stays as it is.
	changed string
	// node asks for the node carrier, with which the command stays as it is.
	node bool
}

// The contestants that the goals speak of.
const (
	none       = "none"
	noop       = "noop"
	repeat     = "repeat"
	explicit   = "explicit"
	cached     = "cached"
	lookup     = "lookup"
	repeatNode = "repeat-node"
	onNode     = "node"
	policy     = "policy"
)

// status is what softstop writes, policyMark what the native policy does.
const (
	status     = config.StatusKey
	policyMark = "bench/policy"
)

// contestants for pods numbered from zero; digest is that of the one image that everybody knows.
func contestants(digest string) []contestant {
	registries := ground.Registries()
	known := func(int) string { return "shop/web:1" }
	return []contestant{
		{name: none, title: "no webhook", image: known, explicit: true},
		{name: noop, title: "a webhook that does nothing", image: known, explicit: true},
		{name: repeat, title: "a webhook that repeats softstop's patch", image: known, explicit: true, changed: status},
		{name: explicit, title: "softstop, command in the pod", inject: true, image: known, explicit: true, changed: status},
		{name: cached, title: "softstop, image it knows (by digest)", inject: true, changed: status, image: func(int) string {
			return registries[0] + "/bench/app-0@" + digest
		}},
		{name: lookup, title: "softstop, image to look up", inject: true, changed: status, image: func(n int) string {
			return images.Name(registries[n%len(registries)], n)
		}},
		{name: repeatNode, title: "a webhook that repeats the node carrier's patch", node: true, image: known, changed: status},
		{name: onNode, title: "softstop, node carrier, whatever the image", inject: true, node: true, image: known, changed: status},
		{name: policy, title: "MutatingAdmissionPolicy, the part it can do", image: known, explicit: true, changed: policyMark},
	}
}

func (c contestant) namespace() string { return "bench-admission-" + c.name }

func (c contestant) labels() map[string]string {
	labels := map[string]string{"bench": c.name}
	if c.inject {
		for key, value := range ground.Enabled() {
			labels[key] = value
		}
	}
	return labels
}

// repeater is the contestant that repeats the patch of this one.
func (c contestant) repeater() string {
	if c.node {
		return repeatNode
	}
	return repeat
}

// pod is the n-th pod: an ordinary web server's, with a port, probes, resources, and a dozen
// variables. No scheduler takes it.
func (c contestant) pod(name string, n int) *corev1.Pod {
	var env []corev1.EnvVar
	for i := range 12 {
		env = append(env, corev1.EnvVar{Name: fmt.Sprintf("SETTING_%d", i), Value: "a value of some length"})
	}
	probe := func(path string) *corev1.Probe {
		return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromInt32(8080)}}}
	}
	container := corev1.Container{
		Name: "web", Image: c.image(n), Env: env, Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
		ReadinessProbe: probe("/ready"), LivenessProbe: probe("/alive"),
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi")},
			Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("128Mi")},
		},
	}
	if c.explicit {
		container.Command = []string{"/app", "--serve=:8080"}
	}
	annotations := map[string]string{"prometheus.io/scrape": "true"}
	if c.node {
		annotations[config.Prefix+string(config.FieldCarrier)] = string(config.CarrierNode)
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Labels: map[string]string{"app": "web", "team": "shop", "version": "1"}, Annotations: annotations,
		},
		Spec: corev1.PodSpec{
			SchedulerName: "nobody", Containers: []corev1.Container{container},
		},
	}
}

// check fails if a created pod is not what the contestant makes of it: a webhook that is not called
// is quick.
func (c contestant) check(made *corev1.Pod) error {
	if c.changed == "" {
		return nil
	}
	web := made.Spec.Containers[0]
	wrapped := len(web.Command) >= 4
	if c.node {
		told, err := inject.ReadStatus(made.Annotations[status])
		wrapped = err == nil && told.Carrier == config.CarrierNode && len(web.Command) == 0 && web.Lifecycle != nil
	}
	if _, ok := made.Annotations[c.changed]; !ok || !wrapped {
		return fmt.Errorf("%s/%s was not changed as it should be: command %q, annotations %v", made.Namespace, made.Name,
			web.Command, made.Annotations)
	}
	return nil
}
