// Package manifest reads files of Kubernetes objects, finds the pods in them and
// patches them in place, so that comments and the order of keys are kept.
//
// It knows where workload kinds keep their pod template, and nothing else about them.
// It decides nothing.
//
// # Why patch operations on YAML nodes
//
// The engine's answer is a short list of JSON patch operations. Applied to the parsed
// nodes of the file they touch only what they name; documents that nothing is done to
// are returned byte for byte.
package manifest
