package webhook

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// expanded returns words as the kubelet makes them: $(NAME) is the value of a variable that
// the pod spec gives, $$ is $. What the spec does not give, or what grows too long, stays.
func expanded(words []string, env []corev1.EnvVar) []string {
	values := map[string]string{}
	for _, variable := range env {
		if variable.ValueFrom == nil {
			values[variable.Name] = expand(variable.Value, values)
		}
	}
	all := make([]string, len(words))
	for i, word := range words {
		all[i] = expand(word, values)
	}
	return all
}

// maxExpanded is how long a word is made.
const maxExpanded = 4 << 10

func expand(word string, values map[string]string) string {
	if !strings.Contains(word, "$") || len(word) > maxExpanded {
		return word
	}
	var b strings.Builder
	for rest := word; ; {
		before, after, found := strings.Cut(rest, "$")
		b.WriteString(before)
		name, behind, closed := strings.Cut(strings.TrimPrefix(after, "("), ")")
		value, known := values[name]
		switch {
		case !found || b.Len() > maxExpanded:
			return b.String()
		case strings.HasPrefix(after, "$"):
			b.WriteByte('$')
			rest = after[1:]
		case strings.HasPrefix(after, "(") && closed && known:
			b.WriteString(value)
			rest = behind
		default:
			b.WriteByte('$')
			rest = after
		}
	}
}
