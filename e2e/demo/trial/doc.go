//go:build linux

// Package trial stops pods and says how it went: how long it took, what the application's own log
// shows of its cleanup, the exit code, and who killed it if somebody had to.
//
//	workload (data) → pod → ready → deleted, log followed, status watched → outcome → verdict
//
// The evidence is the application's own words, never the exit alone. Judge is the demo's claim: it
// is a pure function over outcomes, and both the demo and the node suite fail by it.
//
// It does not install anything and knows softstop only by the annotations and labels that people
// use.
package trial
