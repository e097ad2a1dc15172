//go:build linux

package parts

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// DefaultKubernetes is the version pinned by kubernetes/go.mod, and what the node runs unless told otherwise.
const DefaultKubernetes = "v1.36.3"

// Part is one module's programs.
type Part struct {
	// Name is the part's folder beside this file: a module of its own, whose pins, and Go files if there are any, decide what is built.
	Name string
	// Version is shown to people; for Kubernetes it decides what is built.
	Version string
	// Programs maps each program's file name to its package path.
	Programs map[string]string
	// Usual is how long a cold build takes on two cores, in words.
	Usual string
	// ldflags are the linker's flags beside -s -w.
	ldflags string
	// pin rewrites the go.mod copied to dir, when the one beside this file is not for this version.
	pin func(ctx context.Context, dir string) error
}

// Kubernetes returns its two parts, for a version such as v1.36.3: the API server with kubectl, which is all that tests without
// a node need, and what a node has beside it.
func Kubernetes(version string) (api, node Part, err error) {
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "v%d.%d.%d", &major, &minor, &patch); err != nil {
		return Part{}, Part{}, fmt.Errorf("kubernetes version %q: want the form %s", version, DefaultKubernetes)
	}
	const x = "-X k8s.io/component-base/version."
	api = Part{
		Name: "kubernetes", Version: version, Usual: "3 to 4 minutes", Programs: kubernetesPrograms("kube-apiserver", "kubectl"),
		// Without these a Kubernetes program says v0.0.0, and clients choose what to do by that number.
		ldflags: fmt.Sprintf(x+"gitVersion=%s "+x+"gitMajor=%d "+x+"gitMinor=%d", version, major, minor),
	}
	node = api
	node.Usual, node.Programs = "2 to 3 minutes", kubernetesPrograms("kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet")
	if version != DefaultKubernetes {
		for _, p := range []*Part{&api, &node} {
			p.pin = func(ctx context.Context, dir string) error { return pinKubernetes(ctx, dir, version, p.Programs) }
		}
	}
	return api, node, nil
}

func kubernetesPrograms(names ...string) map[string]string {
	programs := map[string]string{}
	for _, name := range names {
		programs[name] = "k8s.io/kubernetes/cmd/" + name
	}
	return programs
}

// Etcd returns the part with the API server's database.
func Etcd() Part {
	return Part{Name: "etcd", Version: "v3.6", Usual: "20 seconds", Programs: map[string]string{
		"etcd": "go.etcd.io/etcd/server/v3",
	}}
}

// Containerd returns the part with the container runtime, its shim and its own client.
func Containerd() Part {
	const cmd = "github.com/containerd/containerd/v2/cmd/"
	return Part{Name: "containerd", Version: "v2.4", Usual: "40 seconds", Programs: map[string]string{
		"containerd":              cmd + "containerd",
		"containerd-shim-runc-v2": cmd + "containerd-shim-runc-v2",
		"ctr":                     cmd + "ctr",
	}}
}

// Helm returns the part with Helm, which installs the chart as people do.
func Helm() Part {
	return Part{Name: "helm", Version: "v4.3", Usual: "90 seconds", Programs: map[string]string{
		"helm": "helm.sh/helm/v4/cmd/helm",
	}}
}

// CertManager returns the part with cert-manager's controllers, see its doc comment.
func CertManager() Part {
	return Part{Name: "cert-manager", Version: "v1.21", Usual: "3 minutes", Programs: map[string]string{
		"cert-manager": module + "/e2e/node/parts/cert-manager",
	}}
}

// Cache is the folder that holds everything built: the user's cache folder, which XDG_CACHE_HOME moves.
func Cache() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a cache folder: %w", err)
	}
	return filepath.Join(base, "softstop"), nil
}

// String names the part and its version.
func (p Part) String() string { return strings.TrimSpace(p.Name + " " + p.Version) }
