//go:build linux

package parts

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Assets returns a folder with kube-apiserver, etcd and kubectl as controller-runtime's envtest wants them
// (KUBEBUILDER_ASSETS), building what is missing. version is Kubernetes'.
func Assets(ctx context.Context, version string, progress io.Writer) (string, error) {
	kubernetes, _, err := Kubernetes(version)
	if err != nil {
		return "", err
	}
	kube, err := Build(ctx, kubernetes, progress)
	if err != nil {
		return "", err
	}
	etcd, err := Build(ctx, Etcd(), progress)
	if err != nil {
		return "", err
	}
	cache, err := Cache()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "assets-"+version)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for name, from := range map[string]string{"kube-apiserver": kube, "kubectl": kube, "etcd": etcd} {
		if err := link(filepath.Join(from, name), filepath.Join(dir, name)); err != nil {
			return "", fmt.Errorf("collect envtest's programs: %w", err)
		}
	}
	return dir, nil
}

// link makes at name a symbolic link to target, replacing an older one in one step.
func link(target, name string) error {
	temp := fmt.Sprintf("%s.%d", name, os.Getpid())
	if err := os.Symlink(target, temp); err != nil {
		return err
	}
	return os.Rename(temp, name)
}
