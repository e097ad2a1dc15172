//go:build linux

package ground

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/bench/images"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/pace"
)

// Registries are the addresses of the bench's registries, inside the node's network. They are many
// because softstop asks one host only so many times a second.
func Registries() []string {
	var all []string
	for port := 5000; port < 5016; port++ {
		all = append(all, fmt.Sprintf("10.88.0.1:%d", port))
	}
	return all
}

// ServeImages serves n images at each of Registries, until the caller closes it.
func (g *Ground) ServeImages(ctx context.Context, n int) (*images.Registry, error) {
	var listeners []net.Listener
	for _, address := range Registries() {
		l, err := g.Node.Listen(ctx, address)
		if err != nil {
			return nil, fmt.Errorf("listen as a registry: %w", err)
		}
		listeners = append(listeners, l)
	}
	return images.Serve(listeners, n)
}

// Enabled is the label that opts a namespace in.
func Enabled() map[string]string { return map[string]string{"softstop.dev/inject": "enabled"} }

// Ground is a node with softstop on it.
type Ground struct {
	*stage.Stage
	// Progress is told what is going on.
	Progress io.Writer
}

// Set builds everything, brings up the node named name and installs softstop. The caller ends it
// with Close.
func Set(ctx context.Context, name string, progress io.Writer) (*Ground, error) {
	archives, err := benchImages(ctx, progress)
	if err != nil {
		return nil, err
	}
	s, err := stage.Set(ctx, stage.Options{Name: name, Progress: progress})
	if err != nil {
		return nil, err
	}
	g := &Ground{Stage: s, Progress: progress}
	if err := g.furnish(ctx, archives); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return g, nil
}

// furnish imports the images and installs softstop.
func (g *Ground) furnish(ctx context.Context, archives []string) error {
	for _, archive := range archives {
		if err := g.importImage(ctx, archive); err != nil {
			return err
		}
	}
	reach, err := g.Config()
	if err != nil {
		return err
	}
	// The bench's own client must never be what a creation waits for.
	reach.QPS = -1
	if g.Client, err = kubernetes.NewForConfig(reach); err != nil {
		return err
	}
	runs, err := nginxRuns()
	if err != nil {
		return err
	}
	insecure, err := json.Marshal(Registries())
	if err != nil {
		return err
	}
	err = g.Install(ctx, append(stage.NodeCarrier(), "--set", "replicas=1", "--set-json", "config.images="+runs,
		"--set-json", "config.registry.insecure="+string(insecure), "--set", "config.registry.allow[0]=10.88.0.1/32")...)
	if err != nil {
		return err
	}
	if err := g.AwaitInjection(ctx); err != nil {
		return err
	}
	return g.AwaitCarrier(ctx, config.CarrierNode)
}

func (g *Ground) importImage(ctx context.Context, archive string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := g.Node.ImportImage(ctx, f); err != nil {
		return fmt.Errorf("import %s: %w", archive, err)
	}
	return nil
}

// Namespace makes a namespace.
func (g *Ground) Namespace(ctx context.Context, name string, labels map[string]string) error {
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	if _, err := g.Client.CoreV1().Namespaces().Create(ctx, ns, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("make the namespace %s: %w", name, err)
	}
	return nil
}

// Clear takes namespaces away with all that is in them, at once: what one part leaves must not be
// seen in the next one's figures. It does not fail: the figures are taken, and the node ends
// anyway.
func (g *Ground) Clear(namespaces ...string) {
	ctx, cancel := context.WithTimeout(context.Background(), pace.Stretch(time.Minute))
	defer cancel()
	for _, args := range [][]string{
		{"delete", "deployments", "--all", "--wait=false"},
		{"delete", "pods", "--all", "--force", "--grace-period=0", "--wait=false"},
	} {
		for _, namespace := range namespaces {
			_, _ = g.Node.Kubectl(ctx, append(args, "--namespace", namespace)...)
		}
	}
	_, _ = g.Node.Kubectl(ctx, append([]string{"delete", "namespace", "--ignore-not-found"}, namespaces...)...)
}
