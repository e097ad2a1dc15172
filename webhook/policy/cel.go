package policy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/softstop/softstop/config"
)

// quote is text as CEL has it.
func quote(text string) string { return strconv.Quote(text) }

// list is a list of texts as CEL has it.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = quote(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// every is true if expression is, about each container c of the pod.
func every(expression string) string {
	return "[has(object.spec.initContainers) ? object.spec.initContainers : [], object.spec.containers].all(l, l.all(c,\n  " +
		strings.ReplaceAll(expression, "\n", "\n  ") + "))"
}

// anyOf is the regular expression of a text that is one of names, between what stands before and
// after it.
func anyOf(before string, names []string, after string) string {
	literal := make([]string, len(names))
	for i, name := range names {
		literal[i] = regexp.QuoteMeta(name)
	}
	return before + "(" + strings.Join(literal, "|") + ")" + after
}

// globs is true if text, an expression, matches one of patterns in which * stands for any text.
func globs(text string, patterns []string) string {
	var each []string
	for _, pattern := range patterns {
		parts := strings.Split(pattern, "*")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		each = append(each, strings.Join(parts, ".*"))
	}
	return text + ".matches(" + quote("(?s)^("+strings.Join(each, "|")+")$") + ")"
}

// matches is true if rule is for the containers of the pod that run image, an expression.
func matches(rule config.Rule, image string) string {
	terms := []string{"true"}
	if len(rule.Namespaces) > 0 {
		terms = append(terms, globs("request.namespace", rule.Namespaces))
	}
	if len(rule.Images) > 0 {
		terms = append(terms, globs(image, rule.Images))
	}
	if len(rule.OwnerKinds) > 0 {
		terms = append(terms, "variables.owner in "+list(rule.OwnerKinds))
	}
	requirements, _ := rule.Labels.Requirements()
	for _, r := range requirements {
		terms = append(terms, requires(r))
	}
	if len(terms) > 1 {
		terms = terms[1:]
	}
	return strings.Join(terms, " && ")
}

// requires is true if the pod's labels are as r asks for.
func requires(r labels.Requirement) string {
	key, values := quote(r.Key()), list(slices.Sorted(slices.Values(r.ValuesUnsorted())))
	has := key + " in variables.labels"
	switch r.Operator() {
	case selection.In, selection.Equals, selection.DoubleEquals:
		return "(" + has + " && variables.labels[" + key + "] in " + values + ")"
	case selection.NotIn, selection.NotEquals:
		return "!(" + has + " && variables.labels[" + key + "] in " + values + ")"
	case selection.DoesNotExist:
		return "!(" + has + ")"
	default: // Exists: a selector of Kubernetes has no others
		return "(" + has + ")"
	}
}

// chosen is the value for the rule whose number is the expression rule: values[0] is for no rule,
// values[1] for the first.
func chosen(rule string, values []string) string {
	var b strings.Builder
	for i, value := range values[1:] {
		if value != values[0] {
			b.WriteString(rule + " == " + strconv.Itoa(i) + " ? " + value + " : ")
		}
	}
	return "(" + b.String() + values[0] + ")"
}

// duration is how Go writes so many seconds, an expression: 90 is 1m30s.
func duration(seconds string) string {
	return strings.ReplaceAll("(S >= 3600 ? string(S / 3600) + 'h' : '') + (S >= 60 ? string(S % 3600 / 60) + 'm' : '') + string(S % 60) + 's'", "S", seconds)
}
