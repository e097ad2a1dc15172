package inject

import (
	"github.com/softstop/softstop/config"
)

// Facts are what Inject knows about a pod's surroundings.
type Facts struct {
	// Config is the cluster's configuration.
	Config config.Config
	// Namespace is where the pod will live.
	Namespace Namespace
	// OwnerKind is the kind of the pod's controller; empty means the pod's own
	// ownerReferences say it.
	OwnerKind string
	// Requested means that a person asked for this very pod, as softstop inject does:
	// it counts as opted in unless the pod itself says false.
	Requested bool
	// Nodes are what every node the pod can land on has in common.
	Nodes Nodes
	// Images are the answers about images, by container name.
	Images map[string]ImageAnswer
	// Version is the version of softstop, for the status annotation.
	Version string
}

// Namespace is what matters about a namespace.
type Namespace struct {
	Name        string
	Labels      map[string]string
	Annotations map[string]string
}

// Nodes are what every node the pod can land on has.
type Nodes struct {
	// SleepAction means that every kubelet knows preStop.sleep (Kubernetes 1.30).
	SleepAction bool
	// ImageVolumes means that the API server and every kubelet know image volumes.
	ImageVolumes bool
	// Plugins means that the runtime of every one has a ready plugin of ours, see CarrierNode.
	Plugins bool
	// Platforms are what they run, such as linux/amd64; empty if there is no node yet.
	Platforms []string
}

// ImageAnswer is what was found out about one container's image.
type ImageAnswer struct {
	// Image is its configuration, if Reason is empty.
	Image config.Image
	// Reason says why there is none.
	Reason Reason
}
