package lookup

import (
	"reflect"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/softstop/softstop/config"
)

// child is one platform's image in an index.
type child struct {
	platform string // os/arch
	digest   v1.Hash
}

// maxChildren bounds the images of one index that are looked at.
const maxChildren = 16

// children returns the images of an index that are for a real platform of Linux.
// Attestations have the platform unknown/unknown.
func children(index *v1.IndexManifest) []child {
	var found []child
	for _, d := range index.Manifests {
		if d.Platform == nil || !d.MediaType.IsImage() {
			continue
		}
		if d.Platform.OS != "linux" || d.Platform.Architecture == "" || d.Platform.Architecture == "unknown" {
			continue
		}
		found = append(found, child{platform: d.Platform.OS + "/" + d.Platform.Architecture, digest: d.Digest})
	}
	return found
}

// landing returns the children for platforms; all, if none of them is: then the nodes
// are yet to come.
func landing(all []child, platforms []string) []child {
	var chosen []child
	for _, c := range all {
		if slices.Contains(platforms, c.platform) {
			chosen = append(chosen, c)
		}
	}
	if len(chosen) == 0 {
		chosen = all
	}
	return chosen
}

// agree reports whether all images run the same.
func agree(images []config.Image) bool {
	for _, image := range images[1:] {
		if !reflect.DeepEqual(image, images[0]) {
			return false
		}
	}
	return true
}
