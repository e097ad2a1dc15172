package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestProblemsAreBounded: however many values mean nothing, ten of each kind and place are
// described and the others counted, with short sentences.
func TestProblemsAreBounded(t *testing.T) {
	annotations := map[string]string{InjectKey: "true"}
	for i := range 5000 {
		annotations[fmt.Sprintf("%sno-such-field-%d", Prefix, i)] = strings.Repeat("\x01", 50)
		annotations[fmt.Sprintf("%sdrain.%d", Prefix, i)] = "1s"
	}
	c := Default()
	c.Limits.Locked = []Field{FieldDrain}
	got := c.Resolve(Subject{Annotations: annotations, NamespaceAnnotations: annotations}).Problems
	more := map[bool]int{}
	for _, p := range got {
		if len(p.String()) > 1000 {
			t.Errorf("%d bytes: %s", len(p.String()), p)
		}
		more[p.Limit] += p.More
	}
	if len(got) != 44 || more[false] != 2*4990 || more[true] != 2*4990 {
		t.Errorf("%d problems, %v more: %v", len(got), more, got)
	}
}

// TestValuesAreBounded: lists and commands are as long as a pod can use.
func TestValuesAreBounded(t *testing.T) {
	for _, c := range []struct {
		field Field
		text  string
		ok    bool
	}{
		{FieldContainers, strings.Repeat("a,", 99) + "a", true},
		{FieldContainers, strings.Repeat("a,", 100) + "a", false},
		{FieldCommand, `["` + strings.Repeat("a", 10<<10) + `"]`, true},
		{FieldCommand, `["` + strings.Repeat("a", 16<<10) + `"]`, false},
		{FieldCommand, `["a"` + strings.Repeat(`,""`, 2000) + `]`, false},
	} {
		if c.field.find().set(new(Policy), SourcePod, c.text) != c.ok {
			t.Errorf("%s of %d bytes: want %t", c.field, len(c.text), c.ok)
		}
	}
}
