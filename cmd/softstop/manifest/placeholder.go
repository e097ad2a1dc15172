package manifest

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// placeholder is a text that something replaces before the API server sees it: ${PORT} and
// ${{PORT}} of OpenShift, Terraform, Flux and envsubst, {{ .port }}, $(port), $PORT, @PORT@,
// %PORT%, __PORT__, <port>.
func placeholder() *regexp.Regexp {
	return regexp.MustCompile(`\$\{|\$\(|\{\{|\{%|<%|^(\$\w+|@\w+@|%\w+%|__\w+__|<[^<>]+>)$`)
}

// podOf reads a pod. Placeholders where no text may be are left out of it, and returned; it is nil
// if other values are not of their field's type, and these are returned.
func podOf(template map[string]any) (*corev1.Pod, []culprit) {
	pod := &corev1.Pod{}
	if convert(template, pod) == nil {
		return pod, nil
	}
	all, mark := culprits[corev1.Pod](template), placeholder()
	if slices.ContainsFunc(all, func(c culprit) bool { return !mark.MatchString(text(c.value)) }) {
		return nil, all
	}
	var rest any = template
	for _, c := range all {
		rest = without(rest, c.path)
	}
	if pod = new(corev1.Pod); convert(rest, pod) != nil {
		return nil, all
	}
	return pod, all
}

// without returns value without what is at path: a key, or a list's element, which becomes null.
func without(value any, path []string) any {
	if len(path) == 0 {
		return nil
	}
	switch holder := value.(type) {
	case map[string]any:
		rest := maps.Clone(holder)
		if rest[path[0]] = without(holder[path[0]], path[1:]); rest[path[0]] == nil {
			delete(rest, path[0])
		}
		return rest
	case []any:
		rest := slices.Clone(holder)
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(rest) {
			rest[i] = without(rest[i], path[1:])
		}
		return rest
	}
	return value
}
