//go:build linux

// Package rollout restarts deployments again and again under load, and counts the requests that
// fail.
//
//	servers × configurations → a deployment of three replicas and a Service each
//	  → load on every Service all the while (package load), 20 rolling restarts, the last pod's end
//	  → failures by kind, requests per second and failures over time
//
// All are restarted at the same time: whatever else the machine does strikes all alike, and two
// processors that start a pod or two every second are slow to take endpoints away, which is the
// hard case.
//
// Kubernetes' own rolling update is left at its defaults (one pod more, none less), and a restart
// begins when the one before is complete: Kubernetes then takes a pod away every second or two.
//
// It says nothing about how long a stop takes: that is package stoptime.
package rollout
