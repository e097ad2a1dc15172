package lookup

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-logr/logr"
	"github.com/google/go-containerregistry/pkg/name"
)

// place is an image where one registry has it, with the credentials for that registry:
// a mirror never sees its origin's.
type place struct {
	image       name.Reference
	credentials []credential
}

// maxImage is longer than any image that can be pulled: a repository has at most 255 bytes with its
// host, a tag 128, a digest 135.
const maxImage = 1 << 10

// parse reads an image's name as the kubelet does. A long one would be kept as long as what is
// known of it.
func (f *Finder) parse(image string) (name.Reference, error) {
	if len(image) > maxImage {
		return nil, fmt.Errorf("an image's name of %d bytes", len(image))
	}
	reference, err := name.ParseReference(image)
	if err != nil {
		return nil, err
	}
	if slices.Contains(f.settings.Insecure, reference.Context().RegistryStr()) {
		return name.ParseReference(image, name.Insecure)
	}
	return reference, nil
}

// places returns the image at the mirrors of its registry, then at the registry itself.
func (f *Finder) places(reference name.Reference, credentials []credential) []place {
	var places []place
	add := func(image name.Reference) {
		places = append(places, place{image, matching(credentials, image.Context())})
	}
	host := reference.Context().RegistryStr()
	mirrors := f.settings.Mirrors[host]
	if host == name.DefaultRegistry {
		mirrors = slices.Concat(mirrors, f.settings.Mirrors["docker.io"])
	}
	for _, mirror := range mirrors {
		separator := ":"
		if _, byDigest := reference.(name.Digest); byDigest {
			separator = "@"
		}
		if image, err := f.parse(mirror + "/" + reference.Context().RepositoryStr() + separator + reference.Identifier()); err == nil {
			add(image)
		}
	}
	add(reference)
	return places
}

// withHelper returns the place's credentials with that of the host's helper before the
// last, which is to ask without.
func (f *Finder) withHelper(ctx context.Context, p place) []credential {
	found, err := f.helpers.credential(ctx, p.image.Context().RegistryStr())
	if err != nil {
		logr.FromContextOrDiscard(ctx).Info("credential helper not usable", "error", err.Error())
	}
	return slices.Insert(slices.Clone(p.credentials), len(p.credentials)-1, found...)
}
