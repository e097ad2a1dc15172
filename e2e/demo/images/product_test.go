//go:build e2e && linux

package images

import (
	"os"
	"testing"
)

// TestSameDigest builds each image, and again with nothing of the first build but the compiler's
// cache: the digests must be the same, or nobody can check that an image is what its source says.
func TestSameDigest(t *testing.T) {
	for target := range Targets() {
		var digests []string
		for range 2 {
			archive, err := Build(t.Context(), Options{Target: target}, os.Stderr)
			if err != nil {
				t.Fatal(err)
			}
			digest, err := Digest(archive)
			if err != nil {
				t.Fatal(err)
			}
			digests = append(digests, digest)
		}
		if digests[0] != digests[1] {
			t.Errorf("%s: built twice, %s and %s", target, digests[0], digests[1])
		}
	}
}
