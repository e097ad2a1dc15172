package config

// Consent is whether a pod is to be injected.
type Consent struct {
	// In is whether the pod is to be injected.
	In bool
	// By is who said so: the pod, its namespace, or the configuration's mode.
	By Source
}

// ConsentOf ranks the pod's annotation above the namespace's label above the mode. A value
// that means nothing counts as absent and is returned as a problem, and so does any
// value of a pod where inject is locked.
func (c Config) ConsentOf(namespaceLabels, podAnnotations map[string]string) (Consent, []Problem) {
	var problems []Problem
	value, set := podAnnotations[InjectKey]
	switch {
	case !set:
	case value != "true" && value != "false":
		problems = append(problems, ignored(InjectKey, value, allowBool))
	case c.Limits.locks(FieldInject):
		problems = append(problems, locked(InjectKey, value))
	default:
		return Consent{In: value == "true", By: SourcePod}, nil
	}
	if value, set := namespaceLabels[InjectKey]; set {
		if value == InjectEnabled || value == InjectDisabled {
			return Consent{In: value == InjectEnabled, By: SourceNamespace}, problems
		}
		problems = append(problems, ignored("namespace label "+InjectKey, value, "enabled or disabled"))
	}
	return Consent{In: c.Mode == OptOut, By: SourceConfig}, problems
}
