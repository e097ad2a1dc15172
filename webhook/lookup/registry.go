package lookup

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// registry asks registries, one request at a time and without a memory.
type registry struct{ transport http.RoundTripper }

func (r registry) options(ctx context.Context, c credential) []remote.Option {
	return []remote.Option{
		remote.WithContext(ctx), remote.WithTransport(r.transport), remote.WithAuth(authn.FromConfig(c.auth)),
		remote.WithUserAgent("softstop"),
		// The budget is too short for a second try, and the kubelet's pull matters more.
		remote.WithRetryPredicate(func(error) bool { return false }), remote.WithRetryStatusCodes(),
		remote.WithRetryBackoff(remote.Backoff{Steps: 1}),
	}
}

// digest returns what reference means now.
func (r registry) digest(ctx context.Context, reference name.Reference, c credential) (v1.Hash, error) {
	head, err := remote.Head(reference, r.options(ctx, c)...)
	if err == nil {
		return head.Digest, nil
	}
	var refused *transport.Error
	if !errors.As(err, &refused) || refused.StatusCode == http.StatusUnauthorized || refused.StatusCode == http.StatusForbidden ||
		refused.StatusCode == http.StatusTooManyRequests || refused.StatusCode >= http.StatusInternalServerError {
		return v1.Hash{}, err
	}
	// Some registries do not answer HEAD, or not truthfully.
	got, err := remote.Get(reference, r.options(ctx, c)...)
	if err != nil {
		return v1.Hash{}, err
	}
	return got.Digest, nil
}

// manifest is what a digest is: an index with children, or one image.
type manifest struct {
	children []child
	image    config.Image
}

// maxWords bounds what is kept of a configuration, in bytes: a cache full of them is less
// than half of what the chart gives a replica.
const maxWords = 32 << 10

// errInvalid means that the registry's answer is no valid image.
var errInvalid = errors.New("not a valid image")

// manifest fetches what digest is. The library checks every answer against its digest.
func (r registry) manifest(ctx context.Context, digest name.Digest, c credential) (manifest, error) {
	got, err := remote.Get(digest, r.options(ctx, c)...)
	if err != nil {
		return manifest{}, err
	}
	if got.MediaType.IsIndex() {
		index, err := got.ImageIndex()
		if err != nil {
			return manifest{}, fmt.Errorf("%w: %w", errInvalid, err)
		}
		parsed, err := index.IndexManifest()
		if err != nil {
			return manifest{}, fmt.Errorf("%w: %w", errInvalid, err)
		}
		found := children(parsed)
		if len(found) == 0 || len(found) > maxChildren {
			return manifest{}, fmt.Errorf("%w: an index of %d Linux images", errInvalid, len(found))
		}
		return manifest{children: found}, nil
	}
	image, err := got.Image()
	if err != nil {
		return manifest{}, fmt.Errorf("%w: %w", errInvalid, err)
	}
	parsed, err := image.Manifest()
	if err != nil {
		return manifest{}, fmt.Errorf("%w: %w", errInvalid, err)
	}
	if parsed.Config.Size > maxAnswer {
		return manifest{}, fmt.Errorf("configuration of %d bytes: %w", parsed.Config.Size, errTooLarge)
	}
	raw, err := image.RawConfigFile()
	if err != nil {
		return manifest{}, err
	}
	read, err := imageOf(raw)
	return manifest{image: read}, err
}

// imageOf reads an image's configuration.
func imageOf(raw []byte) (config.Image, error) {
	var file struct {
		Config struct {
			Entrypoint, Cmd []string
			StopSignal      string
		} `json:"config"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return config.Image{}, fmt.Errorf("%w: %w", errInvalid, err)
	}
	image := config.Image{Entrypoint: file.Config.Entrypoint, Cmd: file.Config.Cmd, StopSignal: file.Config.StopSignal}
	size := len(image.StopSignal)
	for _, words := range [][]string{image.Entrypoint, image.Cmd} {
		for _, word := range words {
			size += len(word) + 16
		}
	}
	if size > maxWords {
		return config.Image{}, fmt.Errorf("%w: a command of %d bytes", errInvalid, size)
	}
	return image, nil
}

// reasonOf puts a failure into the webhook's words.
func reasonOf(err error) inject.Reason {
	var refused *transport.Error
	var network net.Error
	var broken *url.Error
	var untrusted *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	switch {
	case errors.Is(err, errDenied):
		return inject.ReasonRegistryDenied
	case errors.Is(err, errPrivate):
		return inject.ReasonRegistryUnavailable
	case errors.Is(err, errPlain), errors.As(err, &untrusted), errors.As(err, &noTLS):
		return inject.ReasonRegistryUntrusted
	case errors.Is(err, errTooLarge), errors.Is(err, errInvalid):
		return inject.ReasonImageInvalid
	case errors.As(err, &refused):
		switch {
		case refused.StatusCode == http.StatusUnauthorized, refused.StatusCode == http.StatusForbidden:
			return inject.ReasonRegistryUnauthorized
		case refused.StatusCode == http.StatusNotFound:
			return inject.ReasonImageNotFound
		case refused.StatusCode == http.StatusTooManyRequests, refused.StatusCode >= http.StatusInternalServerError:
			return inject.ReasonRegistryUnavailable
		}
		return inject.ReasonImageInvalid
	case isTimeout(err), errors.As(err, &network), errors.As(err, &broken),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errClosed), errors.Is(err, errBusy):
		return inject.ReasonRegistryUnavailable
	}
	return inject.ReasonImageInvalid
}
