package inject

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestKnewIt: what an earlier pass found counts for the same image, and for as much of its command
// as is needed now. Nothing was found where there was no earlier pass.
func TestKnewIt(t *testing.T) {
	found := imageCommand{image: "app:1", words: []string{"/app"}, whole: true}
	for name, c := range map[string]struct {
		earlier imageCommand
		image   string
		args    []string
		want    bool
	}{
		"same image":                {found, "app:1", nil, true},
		"another image":             {found, "app:2", nil, false},
		"args have come":            {found, "app:1", []string{"-v"}, false},
		"no earlier pass":           {imageCommand{whole: true}, "app:1", nil, false},
		"no earlier pass, no image": {imageCommand{whole: true}, "", nil, false},
	} {
		choice := Choice{container: &corev1.Container{Image: c.image, Args: c.args}, earlier: c.earlier}
		if got := choice.knewIt(); got != c.want || got && len(choice.Command) == 0 {
			t.Errorf("%s: %t with command %q, want %t", name, got, choice.Command, c.want)
		}
	}
}
