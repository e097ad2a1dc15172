//go:build linux

// Package stage sets the scene for the demo and the node suite: a real node, the images on it, and
// softstop installed with Helm as people install it.
//
// It plays nothing itself: see package trial for what happens on it.
package stage
