// Package survey looks at a live cluster and says what became of its workloads: which
// are injected, which were missed and why, and which will not stop well.
//
//	read.go      the API server is asked, in pages; a pod is judged and forgotten
//	install.go   what softstop is installed, since when, with which configuration
//	nodes.go     what the nodes' plugins did with pods that have the node carrier
//	judge.go     one pod's state (pure)
//	workload.go  pods become workloads (pure)
//
// It writes nothing to the cluster, and asks no registry: what the webhook has found out
// is in the pods' status annotations.
//
// # How it knows why a pod was missed
//
// The webhook leaves its reasons in the annotation of every pod that it has seen. A pod
// without one that would be injected today was not seen: it is older than softstop, or
// older than its namespace's label (which the API server remembers the time of, among
// the managed fields), or the webhook could not be reached.
package survey
