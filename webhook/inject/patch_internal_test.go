package inject

import "testing"

// TestPointer is hard pod 34: / and ~ in a key must not be taken for structure.
func TestPointer(t *testing.T) {
	if got, want := pointer("metadata", "annotations", "a~1/b"), "/metadata/annotations/a~01~1b"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
