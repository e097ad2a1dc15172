//go:build linux

package podprice

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/softstop/softstop/e2e/demo/images"
)

// size is an image's, in MiB: as it lies on a node, and compressed as registries keep it.
type size struct {
	name              string
	plain, compressed float64
}

// imageSizes measures the product's images as the Dockerfile makes them.
func imageSizes(ctx context.Context, progress io.Writer) ([]size, error) {
	archives, err := images.Product(ctx, progress)
	if err != nil {
		return nil, err
	}
	names := []string{images.Webhook, images.Init, images.Plugin}
	var sizes []size
	for i, archive := range archives {
		s, err := measure(archive)
		if err != nil {
			return nil, fmt.Errorf("measure %s: %w", archive, err)
		}
		s.name = strings.TrimSuffix(strings.TrimPrefix(names[i], images.Repository), ":"+images.Tag)
		sizes = append(sizes, s)
	}
	return sizes, nil
}

func measure(archive string) (size, error) {
	f, err := os.Open(archive)
	if err != nil {
		return size{}, err
	}
	defer f.Close()
	var compressed counter
	z := gzip.NewWriter(&compressed)
	plain, err := io.Copy(z, f)
	if err != nil {
		return size{}, err
	}
	if err := z.Close(); err != nil {
		return size{}, err
	}
	const mebibyte = 1 << 20
	return size{plain: float64(plain) / mebibyte, compressed: float64(compressed) / mebibyte}, nil
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
