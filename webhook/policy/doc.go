// Package policy writes the engine's rules as a MutatingAdmissionPolicy, for clusters that have no
// webhook: from the same configuration, as YAML with its comments.
//
//	policy.go      from a configuration to the text, with policy.yaml.tmpl
//	conditions.go  which pods it leaves as they are, by the pod alone
//	variables.go   what people ask for, what is decided, the stop plan, the status
//	mutation.go    the operations
//	late.go        containers that other webhooks add afterwards
//	cel.go         parts of expressions
//	leftout.go     what the policy does not do, in words
//
// It is a pure function over data. It does not say what is right: webhook/inject does, and
// e2e/apiserver holds the policy to it, pod by pod, on a real API server. Its names, sentences,
// flags and the carrier's places come from the engine's own tables.
//
// # Why whole or not at all
//
// CEL reads no shell, asks no registry and sees no node. So the policy has one rule: a pod becomes
// what the webhook would make of it, or it stays as it was sent. Whatever the expressions cannot
// decide for certain, one condition leaves out, by its looks: a command with the word init in it, a
// preStop hook that is more than a sleep, a setting that is not a plain duration. A pod that is half
// done would be a third thing, which nobody has thought through.
//
// # Why failurePolicy is Ignore
//
// An expression that fails, or that costs more than the API server allows, as a pod with a hundred
// thousand words may make it, must not keep a pod from starting. It is admitted as it was sent.
//
// # Why a JSON patch
//
// An apply configuration merges, and refuses lists that are atomic: a command is one. And it would
// have to name a container's every field that is kept.
//
// # Why a second policy
//
// Webhooks come after policies, and meshes add their proxies by webhooks. A pod whose application
// drains while its proxy is gone is worse than one that does not drain. So what is added later gets
// the longest drain that the status tells of, by a policy that is called again.
package policy
