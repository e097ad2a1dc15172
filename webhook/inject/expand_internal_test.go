package inject

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestExpanded: words are as the kubelet makes them, also where a variable is given twice, hides
// another, or refers to itself.
func TestExpanded(t *testing.T) {
	env := []corev1.EnvVar{
		{Name: "A", Value: "first"},
		{Name: "B", Value: "$(A)-$(B)-$(LATER)"},
		{Name: "A", Value: "second"},
		{Name: "HIDDEN", Value: "was"},
		{Name: "SEES", Value: "$(HIDDEN)"},
		{Name: "HIDDEN", ValueFrom: &corev1.EnvVarSource{}},
		{Name: "LATER", Value: "$(A)$$(A)"},
	}
	got := expanded([]string{"$(A)", "x$(B)"}, []string{"$(SEES)$(HIDDEN)", "$$(A)", "$(LATER)", "$(NONE)", "$"}, env)
	want := []string{"second", "xfirst-$(B)-$(LATER)", "was$(HIDDEN)", "$(A)", "second$(A)", "$(NONE)", "$"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
