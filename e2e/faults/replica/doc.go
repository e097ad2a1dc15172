//go:build linux

// Package replica looks at the webhook's replicas from outside, as an operator would, and lets
// misfortune strike them, as an operator would not: it finds their pods, reads their metrics and
// signals their processes.
//
// It decides nothing: which replica, when and why is the fault's or the soak's.
package replica
