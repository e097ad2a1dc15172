//go:build linux

package chart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"

	"github.com/softstop/softstop/e2e/node/parts"
)

// Release and Namespace are what the rendered objects belong to.
const (
	Release   = "softstop"
	Namespace = "softstop-system"
)

// Folder returns the chart's folder.
func Folder(ctx context.Context) (string, error) {
	root, err := parts.Root(ctx)
	return filepath.Join(root, "charts/softstop"), err
}

// Helm runs Helm, built first where it is not there yet, and returns what it prints. An
// error has what it complained about.
func Helm(ctx context.Context, args ...string) ([]byte, error) {
	folder, err := parts.Build(ctx, parts.Helm(), os.Stderr)
	if err != nil {
		return nil, err
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, filepath.Join(folder, "helm"), args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("helm %s: %w: %s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, nil
}

// Template returns the chart rendered with flags such as --set or --values.
func Template(ctx context.Context, flags ...string) ([]byte, error) {
	folder, err := Folder(ctx)
	if err != nil {
		return nil, err
	}
	return Helm(ctx, append([]string{"template", Release, folder, "--namespace", Namespace}, flags...)...)
}

// Objects reads what Template returned.
func Objects(rendered []byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	documents := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(rendered), 4096)
	for {
		object := &unstructured.Unstructured{}
		if err := documents.Decode(object); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the rendered chart: %w", err)
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}
