// Package webhook answers the API server's reviews of new pods.
//
// One review's path, which handler.go walks:
//
//	review   review.go     the few fields of the AdmissionReview that are looked at
//	decode   decode.go     the pod in it, for reading only: weigh.go and scan.go know beforehand what
//	                       it costs, size.go bounds what is said of it
//	facts    handler.go    the namespace and the nodes, asked of a Cluster
//	open     package webhook/inject: what can be said of the pod before its images are known
//	images   handler.go    what they run, asked of Images, where nothing else says it
//	inject   package webhook/inject: what is done to the pod, a pure function over all that
//	respond  respond.go    the patch, warnings and the audit log's entries
//
// metrics.go counts how reviews end.
//
// It does not decide (webhook/inject), does not serve (webhook/serving), and does not know how its
// questions are answered (webhook/cluster, webhook/lookup).
//
// # Why no error of softstop's refuses a pod
//
// A pod that starts without softstop is better than one that does not start. So whatever fails
// here, a panic included, the pod is admitted as it came, with a warning that says why.
package webhook
