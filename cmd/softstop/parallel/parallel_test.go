package parallel

import "testing"

// TestEach: each element comes once, with its index.
func TestEach(t *testing.T) {
	list := make([]int, 1000)
	for i := range list {
		list[i] = 2 * i
	}
	got := make([]int, len(list))
	Each(list, func(i, one int) { got[i] += one })
	for i, one := range got {
		if one != 2*i {
			t.Fatalf("element %d gave %d, want %d once", i, one, 2*i)
		}
	}
}
