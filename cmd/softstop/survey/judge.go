package survey

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// State is what became of a pod.
type State string

// The states, the worst first.
const (
	// Missed pods should have been injected and are not.
	Missed State = "missed"
	// Injected pods have softstop in them.
	Injected State = "injected"
	// Left pods are not to be injected.
	Left State = "left"
)

// States returns all states, the worst first.
func States() []State { return []State{Missed, Injected, Left} }

// Install is the softstop of a cluster.
type Install struct {
	// Since is when its webhook was registered; zero if it never was, or Hidden.
	Since time.Time
	// Hidden means that whoever asks may not read its registration: nothing is known.
	Hidden bool
	// Config is its configuration.
	Config config.Config
	// Namespace is where its webhook runs; empty if that is not known.
	Namespace string
	// Selectors say which namespaces each of its webhook entries is called for.
	Selectors []labels.Selector
}

// Namespace is what matters about a namespace.
type Namespace struct {
	inject.Namespace
	// OptedIn is when its label was set; zero if that is not known.
	OptedIn time.Time
}

// Judgement is what is said about one pod.
type Judgement struct {
	State State
	// Why says why it was missed or left, or what of it could not be wrapped.
	Why string
	// Findings are what keeps it from stopping well.
	Findings []finding.Finding
}

// Judge says what became of pod. outcomes are what its node's plugin says, and problem why it says
// nothing, where the plugin was to wrap the pod.
func Judge(pod *corev1.Pod, namespace Namespace, install Install, outcomes Outcomes, problem error) Judgement {
	facts := inject.Facts{Config: install.Config, Namespace: namespace.Namespace, Nodes: inject.Nodes{SleepAction: true}}
	job := slices.ContainsFunc(pod.OwnerReferences, func(o metav1.OwnerReference) bool { return o.Kind == "Job" })
	j := Judgement{Findings: finding.AsIs(pod, finding.Around{Job: job, Known: finding.KnownBy(facts)})}
	status, err := inject.ReadStatus(pod.Annotations[config.StatusKey])
	switch seen := err == nil; {
	case seen && status.Reason != "":
		j.State, j.Why = Left, string(status.Reason)+": "+status.Reason.Sentence()
	case seen && status.Carrier == config.CarrierNode:
		j.State, j.Why = onNode(pod, status, outcomes, problem)
	case pod.Labels[config.InjectedKey] == "true":
		j.State, j.Why = Injected, unwrapped(status)
	default:
		j.State, j.Why = unseen(pod, namespace, install, facts)
	}
	if j.State != Injected {
		// What cannot be tried is not promised to be fixed.
		_ = finding.MarkFixed(pod, facts, j.Findings)
	}
	j.Findings = append(j.Findings, finding.BadValues(pod, facts)...)
	return j
}

// unwrapped names the containers that somebody could do something for.
func unwrapped(status inject.Status) string {
	var all []string
	for _, c := range status.Containers {
		if c.Action == inject.HooksOnly {
			all = append(all, fmt.Sprintf("%s is not wrapped (%s)", c.Name, c.Reason))
		}
	}
	return strings.Join(all, ", ")
}

// unseen says why the webhook has not left its status in pod.
func unseen(pod *corev1.Pod, namespace Namespace, install Install, facts inject.Facts) (State, string) {
	plan, _ := inject.Inject(pod, facts)
	created := pod.CreationTimestamp.Time
	switch {
	case plan.Skip != "":
		return Left, string(plan.Skip) + ": " + plan.Skip.Sentence()
	case install.Hidden:
		return Missed, "the webhook has not seen it: it is older than softstop or than its namespace's label, or the webhook could not be reached; restart it"
	case install.Since.IsZero():
		return Missed, "softstop is not installed in this cluster"
	case !slices.ContainsFunc(install.Selectors, func(s labels.Selector) bool { return s.Matches(labels.Set(namespace.Labels)) }):
		return Left, "the webhook is not called for its namespace"
	case created.Before(install.Since):
		return Missed, "created before softstop was installed; restart it"
	case plan.Consent.By == config.SourceNamespace && created.Before(namespace.OptedIn):
		return Missed, "created before its namespace opted in; restart it"
	}
	return Missed, "the webhook could not be reached when it was created; restart it"
}

// optedIn returns when the label that opts a namespace in was set, as the API server
// remembers it: the last time its owner wrote. Zero if nobody owns it.
func optedIn(fields []metav1.ManagedFieldsEntry) (last time.Time) {
	for _, entry := range fields {
		if entry.FieldsV1 != nil && entry.Time != nil && strings.Contains(entry.FieldsV1.String(), `"f:`+config.InjectKey+`"`) && entry.Time.After(last) {
			last = entry.Time.Time
		}
	}
	return last
}
