// Command softstop is the people's tool: it does to files what the webhook does to
// pods, explains it, and finds pods that will not stop well, in files and in clusters.
//
// One file a command. Behind them:
//
//	manifest   files of Kubernetes objects, and the pods in them
//	splice     changes values of a YAML or JSON text in place
//	finding    what keeps a pod from stopping well (pure)
//	pid1       what process 1 of a container does with SIGTERM (pure)
//	silence    which findings count (pure)
//	report     findings for people and for machines: text, JSON, SARIF, JUnit
//	timeline   a stop plan drawn as text and as SVG (pure)
//	survey     a live cluster's workloads and what became of them
//	parallel   the same with many files, documents or pods side by side
//	terminal   whether somebody looks at the output, and colours
//
// It is the same engine (package webhook/inject) behind other doors: a pod in a file that is to
// be injected counts as requested, since somebody named it, and the namespace it will
// live in is the Namespace object of the same input, if there is one. Only scan talks to
// a cluster, and only --registry to registries.
//
// # Why three exit codes everywhere
//
// 0 is fine, 1 means that the command did its work and found something, 2 that it could
// not do its work: a pipeline that cannot read a file must not look like one that found
// nothing, nor like one that found a bad pod.
package main
