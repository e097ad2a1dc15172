// Package finding says what keeps a pod from stopping well: who would not hear of the
// stop, who would lose requests, who would be killed.
//
//	finding.go  the table of what there is to find
//	asis.go     what is wrong with a pod as it is written
//	process.go  what runs as process 1, in the words of package pid1
//	drain.go    from the decision to stop until the program is told: hooks and the grace period
//	serves.go   who sends requests to a container
//	names.go    hooks and probes that name process 1
//	fix.go      fixes as YAML and as operations
//	softstop.go what of it softstop changes: the same engine as the webhook's
//
// It is pure: a pod and its facts in, findings out. It does not read files or clusters,
// and does not know lines of files: a finding has a path in the pod.
//
// # Why it injects to find out
//
// Whether softstop fixes a finding is not a column of a table. The pod is injected, by
// the engine, and looked at again: what is not found any more is fixed.
//
// # Why no-drain is not said of every port
//
// A warning must be true. The webhook lets every container drain that has a port or a readiness
// probe, for that costs some seconds; here a port for metrics, a probe, or a port that no Service
// of the input targets is no proof that anybody's request is lost.
package finding
