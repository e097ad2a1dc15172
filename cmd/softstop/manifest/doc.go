// Package manifest reads files of Kubernetes objects, finds the pods in them and
// changes them in place.
//
// It knows where workload kinds keep their pod template, and nothing else about them.
// It decides nothing, and leaves the text to package splice.
//
//	split.go          a file's documents
//	file.go           the objects in them
//	find.go           the pods of an object
//	template.go       a pod, and operations on it
//	refusal.go        which pods are not changed in their file
//	unread.go         what was not looked at, and why
//	culprit.go        which value is not of its field's type, in people's words
//	kustomization.go  what of a folder is a patch
//	placeholder.go    values that something fills in before the API server sees them
//	mistyped.go       keys that are almost those of a pod
//	stray.go          keys of softstop's where nobody reads them
//	other.go          files of other languages, and projects, of which manifests are made
//
// # Which objects have pods
//
// Pod, PodTemplate, the workloads of Kubernetes, lists of them; in every other kind each value that
// has the shape of a pod template, wherever it is: a map whose spec has containers. Argo's Rollout
// and OpenKruise's CloneSet have it at spec.template, JobSet, LeaderWorkerSet, Ray, Volcano and
// Kubeflow further down. Beyond spec.template its containers must have names and images: what an
// operator lays over a pod of its own, or a policy's pattern, has not, and is no pod by itself.
// Objects in objects, as in an OpenShift Template, count as objects, also in what is no object
// itself: values of a chart, tasks of Ansible, what jsonnet makes of several files. What names an
// image outside of all these makes pods, too, and is reported as not looked at; so is a manifest
// that is the text of a value.
//
// # Why reading never fails
//
// A repository holds templates, patches, values and settings of editors beside its manifests. One
// of them must not hide what the others say, so Parse reads what can be read and lists the rest,
// each with its cause. Which causes are errors is for the caller to say.
package manifest
