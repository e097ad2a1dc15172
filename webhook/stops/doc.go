// Package stops counts how the containers of injected pods stop, and writes an event about
// each workload of which one had to be forced: how many, of how many, and who was killed last.
//
// It watches injected pods only, keeps of each only what it looks at (Trim), and judges
// each termination once (Judge). It does not make containers stop, and it does not know
// what a report says beyond who was killed: the init writes it (--report), the kubelet
// puts it into the pod's status.
//
// What is a stop: a container that ended with the init's report, which there is only
// after a stop signal, or that ended while its pod was being deleted. It was forced if
// the report names who was killed, or the end of the log does, which is there in its place
// with FallbackToLogsOnError, or the report ends before the phase done: somebody else killed the
// init; or, where the application wrote a message of its own instead, if it ended by SIGKILL. One
// that the kernel killed for its memory while it stopped did not come to its end either, and counts
// as forced, report or not; the event says which it was.
//
// # Why no leader
//
// Every replica watches and counts all stops: a replica that goes takes no count with
// it, and none is missing while another takes over. So the metric is to be read as
// max without(pod, instance) over the replicas, not as their sum. The event's name is made
// from the workload and the hour, so that all replicas write the same one; one that has seen
// less than is written, or the same, writes nothing.
package stops
