package inject

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/webhook/commandline"
)

// maxLooked is how many words of a command line are looked at: what a container is lets itself be
// told from the first few.
const maxLooked = 128

// expanded returns command and args as the kubelet makes them, as far as they are looked at:
// $(NAME) is the value of a variable that the pod spec gives, $$ is $. What the spec does not give,
// or what grows too long, stays.
func expanded(command, args []string, env []corev1.EnvVar) []string {
	command = command[:min(len(command), maxLooked)]
	all := slices.Concat(command, args[:min(len(args), maxLooked-len(command))])
	values := map[string]string{}
	for _, variable := range referred(all, env) {
		if values[variable.Name] = expand(variable.Value, values); variable.ValueFrom != nil {
			delete(values, variable.Name)
		}
	}
	for i, word := range all {
		all[i] = expand(word, values)
	}
	return all
}

// maxReferences bounds the variables that are looked at: a pod may have a hundred thousand of them.
const maxReferences = 100

// referred returns the variables that words refer to, or that such variables refer to, in env's
// order. A variable is what was last given before it is used, so they are looked for from the end.
// One whose value comes from elsewhere hides what was given before.
func referred(words []string, env []corev1.EnvVar) (used []corev1.EnvVar) {
	wanted := map[string]bool{}
	for _, word := range words {
		references(word, wanted)
	}
	for i := len(env) - 1; i >= 0 && len(wanted) > 0; i-- {
		if !wanted[env[i].Name] {
			continue
		}
		delete(wanted, env[i].Name)
		if used = append(used, env[i]); len(used) < maxReferences {
			references(env[i].Value, wanted)
		}
	}
	slices.Reverse(used)
	return used
}

// references adds the names that word refers to, as long as there are not too many.
func references(word string, names map[string]bool) {
	if len(word) > maxExpanded {
		return
	}
	for _, rest, found := strings.Cut(word, "$("); found && len(names) < maxReferences; _, rest, found = strings.Cut(rest, "$(") {
		if name, _, closed := strings.Cut(rest, ")"); closed {
			names[name] = true
		}
	}
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

// Variables returns the values that env gives its variables, where it says them itself. Each is
// looked for once.
func Variables(env []corev1.EnvVar) commandline.Variables {
	type answer struct {
		value string
		known bool
	}
	asked := map[string]answer{}
	return func(name string) (string, bool) {
		if a, again := asked[name]; again {
			return a.value, a.known
		}
		a := answer{}
		for i := len(env) - 1; i >= 0; i-- {
			if env[i].Name == name {
				a = answer{env[i].Value, env[i].ValueFrom == nil && !strings.Contains(env[i].Value, "$(")}
				break
			}
		}
		asked[name] = a
		return a.value, a.known
	}
}
