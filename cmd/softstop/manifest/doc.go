// Package manifest reads files of Kubernetes objects, finds the pods in them and
// changes them in place.
//
// It knows where workload kinds keep their pod template, and nothing else about them.
// It decides nothing, and leaves the text to package splice.
//
//	split.go     a file's documents
//	file.go      the objects in them
//	template.go  an object's pod, and operations on it
//	stray.go     keys of softstop's where nobody reads them
//
// # Which objects have pods
//
// Pod, PodTemplate, the workloads of Kubernetes, lists of them, and every other kind
// whose spec.template is a pod template, which means that it has containers: Argo's
// Rollout, Knative's Service, OpenKruise's CloneSet. Kinds of Kubernetes that should
// have a template and have none are errors; of other kinds nobody can tell.
package manifest
