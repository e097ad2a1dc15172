// Package timeline draws stop plans: what each container does from the decision to stop
// its pod until the kubelet kills what is left.
//
// It draws what it is told and decides nothing.
package timeline
