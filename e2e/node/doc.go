// Package node runs a real one-node Kubernetes cluster on a bare machine: etcd, the API server, controller manager, scheduler, proxy,
// kubelet and containerd, built from their modules (package parts), with nothing pulled from a registry.
//
//	caller (demo, test, softstop-node up)
//	  └ keeper   outside the namespaces: holds the lock, sweeps up
//	      └ boot   PID 1 of a PID, mount and network namespace: starts and reaps the components
//	          └ containerd, etcd, kube-apiserver, …, and the pods
//
// # What is left when it goes
//
// Nothing, whoever is killed and however. The caller holds one end of a pipe, the lifeline: when it closes without the word
// "stay", the keeper ends the node. The boot dies with the keeper (a parent-death signal), and with the boot, the first process of its
// PID namespace, the kernel kills every process of the node. Mounts and network devices exist only in namespaces that
// die with their last process. What no namespace holds, the cgroups and the state folder, is swept by the keeper, and by the
// next one of the same name if this one was killed with SIGKILL.
//
// # Why
//
// Namespaces rather than recorded process ids: containerd's shims leave their parent, and a list of ids is wrong after a crash.
// A process between caller and node: whoever is killed with SIGKILL cannot tidy up. A lock that the kernel keeps rather than
// a pid file: it is never stale. Kernel settings that the kubelet would change for the whole machine are shown to it as files of
// its own (kernelSettings).
//
// It offers a cluster and the means to reach it. It does not know softstop, builds no product image and keeps no data:
// every node starts empty. It is not a cluster to serve from: its kubelet lets everybody in its network do everything.
package node
