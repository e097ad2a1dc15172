//go:build linux

package node

import (
	"path/filepath"
	"time"
)

// The node's addresses, inside its own network namespace. Nothing outside can reach them, so that two nodes may use the same.
const (
	nodeIP      = "10.88.0.1"
	podRange    = "10.88.0.0/16"
	serviceNet  = "10.96.0.0/16"
	apiAddress  = nodeIP + ":6443"
	etcdAddress = "127.0.0.1:2379"
	// registryAddress is where a plain-HTTP registry may listen; the runtime pulls from it.
	registryAddress = nodeIP + ":5000"
	// privateAddress is where another may listen that wants a password, which the kubelet has.
	privateAddress               = nodeIP + ":5050"
	privateUser, privatePassword = "kubelet", "only the node knows"
	// Hostname is the name of the one node in the cluster.
	Hostname = "softstop"
	// runtimeSocket is containerd's, in the node's own /run.
	runtimeSocket = "/run/containerd/containerd.sock"
	// pauseImage holds each pod's namespaces; it is built from ./pause.
	pauseImage = "softstop.test/pause:1"
)

// spec is all that the keeper and the boot need to know; it travels as JSON.
type spec struct {
	// Name tells several nodes on one machine apart.
	Name string
	// Kubernetes is the version, such as v1.36.3.
	Kubernetes string
	// Disk is the size in bytes of the kubelet's own file system; 0 means that it has none.
	Disk int64
	// BootTime is how long it may take to be ready.
	BootTime time.Duration
	// State is the node's folder; it is removed when the node goes.
	State string
	// Programs are the folders to look for programs in, first match wins.
	Programs []string
	// Pause is the file of the built pause program.
	Pause string
}

// Files and folders below the state folder.
func (s spec) logs() string       { return filepath.Join(s.State, "logs") }
func (s spec) pki() string        { return filepath.Join(s.State, "pki") }
func (s spec) conf() string       { return filepath.Join(s.State, "conf") }
func (s spec) kubeconfig() string { return filepath.Join(s.State, "kubeconfig") }
func (s spec) running() string    { return filepath.Join(s.State, "running.json") }
func (s spec) cgroup() string     { return "softstop-" + s.Name }

// program returns the path of a built program.
func (s spec) program(name string) string {
	for _, dir := range s.Programs {
		if p := filepath.Join(dir, name); isFile(p) {
			return p
		}
	}
	return name
}
