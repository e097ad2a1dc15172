// Package plugin puts the init in front of what a container runtime is about to start: the node's part of
// the node carrier. It speaks NRI, the runtimes' protocol for plugins (containerd, CRI-O).
//
// The webhook has decided before, and written into the pod's status annotation which containers are
// wrapped and with which flags. What only the node knows is decided here by the same engine
// (webhook/inject, OnNode): does the command begin with an init, and what is the image's stop signal.
//
//	carrier.go   the init on the node, which containers get mounted
//	cri/         the runtime, asked for an image's stop signal
//	runtime.go   which runtimes let a plugin set a command line
//	container.go a container as the engine wants it, and the engine's answer as the runtime wants it
//	plugin.go    what the runtime calls
//	guard.go     two processes, of which one ends the other when it hangs
//	metrics.go   what was done, counted
//	ledger.go    what became of the containers that are there, for who asks
//
// It never fails a container. What cannot be done is left out, and the container starts as it would
// without softstop.
//
// # Why a guard
//
// A runtime waits for its plugins, two seconds each time unless it is configured otherwise. A plugin
// that hangs would delay every container by that. So the plugin is a child of a small guard that
// hears from it several times a second, and ends it when it does not: its connection closes, and the
// runtime goes on at once. A plugin that ended, and had worked, is started again at once; the kubelet
// would let it wait for longer each time.
//
// # Why nothing stays on the node
//
// The init is in an emptyDir of the plugin's own pod, which goes with the pod. Containers get the file
// mounted, not the folder: the kernel keeps a file as long as it is mounted somewhere, so those that run
// do not notice. Its folder is named by its digest, and a plugin that is started again leaves it as it
// is: a file that is replaced while a runtime mounts it costs the container its start. An upgrade is another pod with another emptyDir, and never touches what runs. And where
// the kubelet keeps emptyDirs, which differs from one distribution to the next, the runtime says: it
// knows the plugin's own container.
package plugin
