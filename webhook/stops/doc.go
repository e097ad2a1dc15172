// Package stops counts how the containers of injected pods stop, and writes an event for
// each that had to be forced.
//
// It watches injected pods only, keeps of each only what it looks at (Trim), and judges
// each termination once (Judge). It does not make containers stop, and it does not know
// what a report says beyond who was killed: the init writes it (--report), the kubelet
// puts it into the pod's status.
//
// What is a stop: a container that ended with the init's report, which there is only
// after a stop signal, or that ended while its pod was being deleted. It was forced if
// the report names who was killed, or the end of the log does, which is there in its place
// with FallbackToLogsOnError, or, where the application wrote a message of its own instead, if it ended by SIGKILL and not for want of memory.
//
// # Why no leader
//
// Every replica watches and counts all stops: a replica that goes takes no count with
// it, and none is missing while another takes over. So the metric is to be read as
// max without(pod, instance) over the replicas, not as their sum. The events have names
// made from the container's ID: the second replica's is refused by the API server.
package stops
