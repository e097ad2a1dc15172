//go:build linux

// Package ground is what all parts of the bench stand on: one real node with softstop installed
// once, the images they run, and programs of the bench inside the node's network.
//
//	stage (node, product) + servers, registry → Ground → a part makes its namespaces on it
//
// softstop is installed as people install it, but for one replica, so that its memory and processor
// are those of one process, and with the nodes' plugin, so that a pod can have any carrier.
//
// It measures nothing.
package ground
