package config

// Subject is a pod as far as its policy depends on it.
type Subject struct {
	// Namespace is the namespace's name, the other two what people wrote on it.
	Namespace                             string
	NamespaceLabels, NamespaceAnnotations map[string]string
	// Labels and Annotations are the pod's own.
	Labels, Annotations map[string]string
	// OwnerKind is the kind of the pod's controller; empty if it has none.
	OwnerKind string
	// Requested means that a person asked for this very pod: it counts as opted in unless
	// the pod itself says otherwise.
	Requested bool
}

// Resolution is what everybody together said about one pod.
type Resolution struct {
	// Consent is whether the pod is to be injected, and who said so.
	Consent Consent
	// Pod is what the pod itself set, as far as that is allowed.
	Pod Settings
	// Problems are the values of pod and namespace that do not hold as they were written.
	Problems []Problem

	config    Config
	subject   Subject
	namespace Settings
}

// Resolve ranks what the configuration, the namespace and the pod say. It is the only
// place where that is decided, and a pure function.
func (c Config) Resolve(pod Subject) Resolution {
	r := Resolution{config: c, subject: pod}
	r.Consent, r.Problems = c.ConsentOf(pod.NamespaceLabels, pod.Annotations)
	if pod.Requested && r.Consent.By != SourcePod {
		r.Consent = Consent{In: true, By: SourcePod}
	}
	if !r.Consent.In { // what else is written there is nobody's business
		return r
	}
	var ofNamespace, ofPod []Problem
	r.namespace, ofNamespace = FromAnnotations(SourceNamespace, pod.NamespaceAnnotations, c.Limits)
	r.Pod, ofPod = FromAnnotations(SourcePod, pod.Annotations, c.Limits)
	r.Problems = append(append(r.Problems, ofNamespace...), ofPod...) // each place's are bounded
	return r
}

// For returns the policy of one container, and what the limits overruled in it. Without
// a container's name it is that of the pod as a whole.
func (r Resolution) For(container, image string) (Policy, []Problem) {
	policy := Builtin()
	for _, place := range []Settings{r.config.Defaults, r.rule(image), r.namespace, r.Pod} {
		policy.overlay(place.All)
		policy.overlay(place.Each[container])
	}
	return policy, r.config.Limits.clamp(&policy, container)
}

// rule returns what the first rule that matches says.
func (r Resolution) rule(image string) Settings {
	for _, rule := range r.config.Rules {
		if rule.matches(r.subject, image) {
			return Settings{Source: SourceRule, All: rule.Set}
		}
	}
	return Settings{}
}
