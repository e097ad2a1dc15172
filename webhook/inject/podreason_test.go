package inject_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// requested injects pod as its owner asks for it, with no surroundings.
func requested(pod *corev1.Pod) inject.Plan {
	facts := inject.Facts{Config: config.Default(), Requested: true, Nodes: inject.Nodes{SleepAction: true}}
	plan, _ := inject.Inject(pod, facts)
	return plan
}

// web is a pod with one container.
func web() *corev1.Pod {
	return &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "web", Image: "web:1", Command: []string{"/web"}}}}}
}

// TestAffinityToWindows: a pod is Windows' if each of its node selector terms asks for Windows
// nodes.
func TestAffinityToWindows(t *testing.T) {
	const os, beta, build = "kubernetes.io/os", "beta.kubernetes.io/os", "node.kubernetes.io/windows-build"
	type requirement = corev1.NodeSelectorRequirement
	for name, c := range map[string]struct {
		terms [][]requirement
		want  inject.Reason
	}{
		"no term":             {nil, ""},
		"an empty term":       {[][]requirement{{}}, ""},
		"in windows":          {[][]requirement{{{Key: os, Operator: corev1.NodeSelectorOpIn, Values: []string{"windows"}}}}, inject.ReasonWindows},
		"in windows, beta":    {[][]requirement{{{Key: beta, Operator: corev1.NodeSelectorOpIn, Values: []string{"windows"}}}}, inject.ReasonWindows},
		"in linux":            {[][]requirement{{{Key: os, Operator: corev1.NodeSelectorOpIn, Values: []string{"linux"}}}}, ""},
		"in both":             {[][]requirement{{{Key: os, Operator: corev1.NodeSelectorOpIn, Values: []string{"windows", "linux"}}}}, ""},
		"in nothing":          {[][]requirement{{{Key: os, Operator: corev1.NodeSelectorOpIn}}}, ""},
		"not in linux":        {[][]requirement{{{Key: os, Operator: corev1.NodeSelectorOpNotIn, Values: []string{"linux"}}}}, inject.ReasonWindows},
		"not in linux, beta":  {[][]requirement{{{Key: beta, Operator: corev1.NodeSelectorOpNotIn, Values: []string{"linux"}}}}, inject.ReasonWindows},
		"not in many":         {[][]requirement{{{Key: os, Operator: corev1.NodeSelectorOpNotIn, Values: []string{"plan9", "linux"}}}}, inject.ReasonWindows},
		"not in windows":      {[][]requirement{{{Key: os, Operator: corev1.NodeSelectorOpNotIn, Values: []string{"windows"}}}}, ""},
		"another not linux":   {[][]requirement{{{Key: "example.org/os", Operator: corev1.NodeSelectorOpNotIn, Values: []string{"linux"}}}}, ""},
		"has a build":         {[][]requirement{{{Key: build, Operator: corev1.NodeSelectorOpExists}}}, inject.ReasonWindows},
		"newer than a build":  {[][]requirement{{{Key: build, Operator: corev1.NodeSelectorOpGt, Values: []string{"10"}}}}, inject.ReasonWindows},
		"older than a build":  {[][]requirement{{{Key: build, Operator: corev1.NodeSelectorOpLt, Values: []string{"10"}}}}, inject.ReasonWindows},
		"has no build":        {[][]requirement{{{Key: build, Operator: corev1.NodeSelectorOpDoesNotExist}}}, ""},
		"has a system":        {[][]requirement{{{Key: os, Operator: corev1.NodeSelectorOpExists}}}, ""},
		"beside another need": {[][]requirement{{{Key: "disk", Operator: corev1.NodeSelectorOpExists}, {Key: os, Operator: corev1.NodeSelectorOpIn, Values: []string{"windows"}}}}, inject.ReasonWindows},
		"or another term":     {[][]requirement{{{Key: os, Operator: corev1.NodeSelectorOpIn, Values: []string{"windows"}}}, {{Key: "disk", Operator: corev1.NodeSelectorOpExists}}}, ""},
	} {
		selector := &corev1.NodeSelector{}
		for _, term := range c.terms {
			selector.NodeSelectorTerms = append(selector.NodeSelectorTerms, corev1.NodeSelectorTerm{MatchExpressions: term})
		}
		pod := web()
		pod.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: selector}}
		if got := requested(pod).Skip; got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestPodReasons: what one value more or less decides about a pod as a whole.
func TestPodReasons(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*corev1.Pod)
		want inject.Reason
	}{
		"nothing special":   {func(*corev1.Pod) {}, ""},
		"grace 0":           {func(p *corev1.Pod) { p.Spec.TerminationGracePeriodSeconds = new(int64) }, inject.ReasonGraceZero},
		"grace 1":           {func(p *corev1.Pod) { one := int64(1); p.Spec.TerminationGracePeriodSeconds = &one }, ""},
		"Linux by name":     {func(p *corev1.Pod) { p.Spec.OS = &corev1.PodOS{Name: corev1.Linux} }, ""},
		"Windows by name":   {func(p *corev1.Pod) { p.Spec.OS = &corev1.PodOS{Name: corev1.Windows} }, inject.ReasonWindows},
		"runs WebAssembly":  {func(p *corev1.Pod) { class := "WasmEdge"; p.Spec.RuntimeClassName = &class }, inject.ReasonWasm},
		"runs in a sandbox": {func(p *corev1.Pod) { class := "gvisor"; p.Spec.RuntimeClassName = &class }, ""},
	} {
		pod := web()
		c.edit(pod)
		if got := requested(pod).Skip; got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
