//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/node/parts"
)

// runPush pushes a release that was built, with what docker login or helm registry login has left
// behind, and writes down what it has pushed: a line for each, its file's name without the version,
// its repository and its digest.
//
//	softstop-webhook ghcr.io/softstop/softstop-webhook sha256:…
func runPush(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("release push", flag.ContinueOnError)
	out := flags.String("out", "", "the `folder` that the release was built into")
	list := flags.String("list", "", "the `file` to write down in what was pushed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" || *list == "" {
		return errors.New("-out or -list is missing")
	}
	root, err := parts.Root(ctx)
	if err != nil {
		return err
	}
	charts, err := filepath.Glob(filepath.Join(*out, "softstop-*.tgz"))
	if err != nil || len(charts) != 1 {
		return fmt.Errorf("%s has %d charts, want the one that make release packs", *out, len(charts))
	}
	version := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(charts[0]), "softstop-"), ".tgz")
	r := release{version: "v" + version, root: root, out: filepath.Clean(*out), progress: os.Stderr}
	var pushed strings.Builder
	for _, image := range allImages() {
		digest, err := r.pushImage(ctx, image, version)
		if err != nil {
			return fmt.Errorf("push the image %s: %w", image, err)
		}
		fmt.Fprintf(&pushed, "%s %s/%s %s\n", image, config.ImageRegistry, image, digest)
		fmt.Fprintf(r.progress, "  pushed %s %s\n", image, digest)
	}
	digest, err := r.pushChart(ctx, charts[0])
	if err != nil {
		return fmt.Errorf("push the chart: %w", err)
	}
	fmt.Fprintf(&pushed, "chart %s/softstop %s\n", chartsAt, digest)
	if err := pushRepositoryFile(ctx, filepath.Join(root, "artifacthub-repo.yml")); err != nil {
		return fmt.Errorf("push artifacthub-repo.yml: %w", err)
	}
	return os.WriteFile(*list, []byte(pushed.String()), 0o644)
}

// chartsAt is where the chart is pushed, under its own name.
const chartsAt = config.ImageRegistry + "/charts"

// pushImage pushes one image for all architectures.
func (r release) pushImage(ctx context.Context, image, version string) (string, error) {
	tag, err := name.NewTag(config.ImageRegistry + "/" + image + ":" + version)
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "softstop-layout-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	index, err := r.index(image, folder)
	if err != nil {
		return "", err
	}
	if err := remote.WriteIndex(tag, index, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain)); err != nil {
		return "", err
	}
	digest, err := index.Digest()
	return digest.String(), err
}

// pushChart pushes the chart with Helm, which says its digest.
func (r release) pushChart(ctx context.Context, archive string) (string, error) {
	helm, err := parts.Build(ctx, parts.Helm(), r.progress)
	if err != nil {
		return "", err
	}
	said, err := exec.CommandContext(ctx, filepath.Join(helm, "helm"), "push", archive, "oci://"+chartsAt).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, said)
	}
	digest := regexp.MustCompile(`sha256:[0-9a-f]{64}`).Find(said)
	if digest == nil {
		return "", fmt.Errorf("helm push says no digest:\n%s", said)
	}
	fmt.Fprintf(r.progress, "  pushed the chart %s\n", digest)
	return string(digest), nil
}

// pushRepositoryFile puts what Artifact Hub wants to know of a repository of charts where it looks
// for it.
func pushRepositoryFile(ctx context.Context, file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	tag, err := name.NewTag(chartsAt + "/softstop:artifacthub.io")
	if err != nil {
		return err
	}
	layer := static.NewLayer(content, "application/vnd.cncf.artifacthub.repository-metadata.layer.v1.yaml")
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), "application/vnd.cncf.artifacthub.config.v1+yaml")
	img, err := mutate.Append(base, mutate.Addendum{
		Layer: layer, Annotations: map[string]string{"org.opencontainers.image.title": filepath.Base(file)},
	})
	if err != nil {
		return err
	}
	return remote.Write(tag, img, remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.DefaultKeychain))
}
