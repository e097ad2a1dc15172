//go:build linux

package stage

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/node"
	"github.com/softstop/softstop/e2e/node/parts"
	"github.com/softstop/softstop/e2e/pace"
)

// Namespace and Release are where and as what the chart is installed.
const (
	Namespace = "softstop-system"
	Release   = "softstop"
)

// Options say which stage to set.
type Options struct {
	// Name of the node; see node.Options.
	Name string
	// Disk is the node's; see node.Options.
	Disk int64
	// Progress is told what is going on.
	Progress io.Writer
}

// Stage is a node with the images on it, and a client for it.
type Stage struct {
	Node   *node.Node
	Client kubernetes.Interface
	// found says that the node was up before, so that it is not ours to end.
	found bool
	// built tells one build of the webhook's image from another: its tag stays the same.
	built    string
	progress io.Writer
}

// Set builds everything, brings the node up, unless one of this name is, and gives it the images.
// The caller ends it with Close.
func Set(ctx context.Context, o Options) (*Stage, error) {
	archives, err := buildImages(ctx, o.Progress)
	if err != nil {
		return nil, err
	}
	s := &Stage{progress: o.Progress}
	begin := time.Now()
	s.Node, err = node.Up(ctx, node.Options{
		Name: o.Name, Kubernetes: os.Getenv("SOFTSTOP_KUBERNETES"), Disk: o.Disk, Progress: o.Progress,
	})
	if errors.Is(err, node.ErrUp) {
		s.found = true
		s.Node, err = node.Find(o.Name)
	}
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(o.Progress, "Kubernetes %s is up after %s\n", s.Node.Kubernetes(), time.Since(begin).Round(time.Second))
	if err := s.dress(ctx, archives); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// buildImages makes the product's and the workloads' images.
func buildImages(ctx context.Context, progress io.Writer) ([]string, error) {
	fmt.Fprintln(progress, "building the images")
	product, err := images.Product(ctx, progress)
	if err != nil {
		return nil, err
	}
	workloads, err := images.Workloads(ctx, progress)
	if err != nil {
		return nil, err
	}
	return append(product, workloads...), nil
}

// dress imports the images and makes the client.
func (s *Stage) dress(ctx context.Context, archives []string) error {
	for _, name := range archives {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		sum := sha256.New()
		err = s.Node.ImportImage(ctx, io.TeeReader(f, sum))
		_ = f.Close()
		if filepath.Base(name) == "webhook.tar" {
			s.built = fmt.Sprintf("%x", sum.Sum(nil)[:6])
		}
		if err != nil {
			return fmt.Errorf("import %s: %w", name, err)
		}
	}
	config, err := s.Config()
	if err != nil {
		return err
	}
	s.Client, err = kubernetes.NewForConfig(config)
	return err
}

// Config reaches the API server from outside of the node's network.
func (s *Stage) Config() (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", s.Node.Kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("read the node's kubeconfig: %w", err)
	}
	config.Dial = s.Node.Dial
	// Many watches and log streams at once; the API server is ours alone.
	config.QPS, config.Burst = 200, 400
	return config, nil
}

// Install installs the chart with Helm and waits until its pods are ready; more are further
// arguments, such as --set X=Y.
func (s *Stage) Install(ctx context.Context, more ...string) error {
	root, err := parts.Root(ctx)
	if err != nil {
		return err
	}
	begin := time.Now()
	args := []string{
		"upgrade", "--install", Release, filepath.Join(root, "charts/softstop"),
		"--namespace", Namespace, "--create-namespace", "--wait", "--timeout", pace.Stretch(3 * time.Minute).String(),
		"--set", "image.repository=" + images.Repository + "softstop-webhook", "--set", "image.tag=" + images.Tag,
		"--set", "init.image.repository=" + images.Repository + "softstop-init", "--set", "init.image.tag=" + images.Tag,
		"--set", "node.image.repository=" + images.Repository + "softstop-node", "--set", "node.image.tag=" + images.Tag,
		"--set", "image.pullPolicy=Never", "--set", "init.image.pullPolicy=Never", "--set", "node.image.pullPolicy=Never",
		// On a node that was up before, a new image must roll the pods.
		"--set-string", "podAnnotations.build=" + s.built,
	}
	if _, err := s.Node.Helm(ctx, append(args, more...)...); err != nil {
		return fmt.Errorf("install softstop: %w\n%s", err, s.whyNotReady())
	}
	fmt.Fprintf(s.progress, "softstop installed after %s\n", time.Since(begin).Round(time.Second))
	return nil
}

// whyNotReady describes the webhook's pods for an error message.
func (s *Stage) whyNotReady() string {
	ctx, cancel := context.WithTimeout(context.Background(), pace.Stretch(10*time.Second))
	defer cancel()
	events, _ := s.Node.Kubectl(ctx, "--namespace", Namespace, "get", "pods,events")
	logs, _ := s.Node.Kubectl(ctx, "--namespace", Namespace, "logs", "--selector=app.kubernetes.io/name=softstop", "--tail=10")
	return events + logs
}

// Detach leaves the node up when this process ends.
func (s *Stage) Detach() error { return s.Node.Detach() }

// Close ends the node, unless it was up before.
func (s *Stage) Close() error {
	if s.found {
		return nil
	}
	return s.Node.Down()
}
