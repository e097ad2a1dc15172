package finding

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	jsonpatch "github.com/evanphx/json-patch/v5"
	operation "gomodules.xyz/jsonpatch/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// Report is what is found about one pod that has not been created yet.
type Report struct {
	// Injected means that the webhook would inject the pod: the findings are those that
	// are left then.
	Injected bool
	// Skip is why it would not.
	Skip inject.Reason
	// Findings are in the order of the pod.
	Findings []Finding
}

// Asked is what the engine does with a pod if somebody asks for it.
type Asked struct {
	Plan       inject.Plan
	Operations []operation.Operation
}

// Of returns what will keep pod from stopping well once it is created. Whether it opted
// in is decided as the webhook does; facts.Requested is passed over. asked is the engine's answer
// if it did; services are those of its namespace, nil if nobody looked.
func Of(pod *corev1.Pod, facts inject.Facts, asked Asked, services []Service) (Report, error) {
	facts.Requested = false
	skip := cmp.Or(inject.Decide(pod, facts).Skip, asked.Plan.Skip)
	report := Report{Injected: skip == "", Skip: skip}
	around := Around{Job: facts.OwnerKind == "Job", Known: KnownBy(facts), Services: services}
	judged := judge(pod)
	now := judged.findings(pod, around)
	after, err := afterwards(pod, judged, now, asked, around)
	if err != nil {
		return Report{}, err
	}
	if report.Injected {
		after = slices.DeleteFunc(after, func(f Finding) bool {
			return (f.ID == NoDrain || f.ID == HookStops) && wantsNoDrain(asked.Plan, f.Container)
		})
	}
	for _, f := range now {
		// A problem that both have is softstop's no more than the pod's own.
		f.Fixed = !contains(after, f) && !inject.NeverServed(facts.Namespace.Name)
		if !report.Injected || contains(after, f) {
			report.Findings = append(report.Findings, f)
		}
	}
	report.Findings = append(report.Findings, namesOf(pod, asked.Plan)...)
	report.Findings = append(report.Findings, badValues(asked.Plan.Problems)...)
	return report, nil
}

// wantsNoDrain reports whether somebody said of this container that it is not to drain.
func wantsNoDrain(plan inject.Plan, container string) bool {
	return slices.ContainsFunc(plan.Containers, func(c inject.ContainerPlan) bool {
		return c.Name == container && c.Policy.Drain.Source.Explicit() && c.Policy.Drain.Value.Max == 0
	})
}

// MarkFixed says of each finding about a running pod whether softstop would fix it.
func MarkFixed(pod *corev1.Pod, facts inject.Facts, findings []Finding) error {
	facts.Requested = true
	plan, operations := inject.Inject(pod, facts)
	after, err := afterwards(pod, judge(pod), findings, Asked{plan, operations}, Around{Job: facts.OwnerKind == "Job", Known: KnownBy(facts)})
	for i := range findings {
		findings[i].Fixed = err == nil && !contains(after, findings[i]) && !inject.NeverServed(facts.Namespace.Name)
	}
	return err
}

// afterwards returns what would be left to find of now if the engine did what it was asked to.
func afterwards(pod *corev1.Pod, judged judged, now []Finding, asked Asked, around Around) ([]Finding, error) {
	if len(now) == 0 || asked.Plan.Skip != "" {
		return slices.Clone(now), nil
	}
	changed, err := injected(pod, asked.Operations)
	if err != nil {
		return nil, err
	}
	return judged.findings(changed, around), nil
}

func contains(all []Finding, one Finding) bool {
	return slices.ContainsFunc(all, func(f Finding) bool { return f.ID == one.ID && f.Container == one.Container })
}

// BadValues returns what people wrote about pod, on it or on its namespace, that does not
// hold.
func BadValues(pod *corev1.Pod, facts inject.Facts) []Finding {
	return badValues(inject.Decide(pod, facts).Problems)
}

func badValues(problems []config.Problem) (all []Finding) {
	for _, problem := range problems {
		f := found(BadValue, "", problem.String(), "metadata", "annotations", problem.Key)
		if problem.Limit {
			f.Level = Note
		}
		all = append(all, f)
	}
	return all
}

// Problem is the finding of a value that does not hold, in a sentence.
func Problem(what string) Finding { return found(BadValue, "", what, "metadata", "annotations") }

// Stray is the finding of a key where nobody reads it; where says what it is there, meant which key
// it should be, if there is none such.
func Stray(key, where, meant string) Finding {
	f := found(Misplaced, "", fmt.Sprintf("%s is %s, where nobody reads it", key, where))
	if meant != "" {
		f.Fix += fmt.Sprintf(", and call it %s: there is no %s", meant, key)
	}
	return f
}

// MistypedKey is the finding of a key at path in the pod that is almost the one that was meant.
func MistypedKey(key, meant string, path []string) Finding {
	f := found(Mistyped, "", fmt.Sprintf("Kubernetes has no key %s there; did you mean %s?", key, meant), path...)
	f.Fix = "write " + meant
	return f
}

// KnownBy returns what facts know about images: the configuration's, then the answers.
func KnownBy(facts inject.Facts) Known {
	return func(c *corev1.Container) (config.Image, bool) {
		if image, ok := facts.Config.ImageFor(c.Image); ok {
			return image, true
		}
		answer, asked := facts.Images[c.Name]
		return answer.Image, asked && answer.Reason == ""
	}
}

// injected returns pod as the operations make it.
func injected(pod *corev1.Pod, operations []operation.Operation) (*corev1.Pod, error) {
	before, err := json.Marshal(pod)
	if err != nil {
		return nil, fmt.Errorf("encode pod: %w", err)
	}
	encoded, err := json.Marshal(operations)
	if err != nil {
		return nil, fmt.Errorf("encode patch: %w", err)
	}
	patch, err := jsonpatch.DecodePatch(encoded)
	if err != nil {
		return nil, fmt.Errorf("decode patch: %w", err)
	}
	after, err := patch.Apply(before)
	if err != nil {
		return nil, fmt.Errorf("apply patch: %w", err)
	}
	var changed corev1.Pod
	if err := json.Unmarshal(after, &changed); err != nil {
		return nil, fmt.Errorf("decode pod: %w", err)
	}
	return &changed, nil
}

// OptIn says how to have softstop fix a finding.
func OptIn() string {
	return fmt.Sprintf("set the annotation %s: %q on the pod, or the label %s: %s on its namespace", config.InjectKey, "true", config.InjectKey, strings.ToLower(config.InjectEnabled))
}
