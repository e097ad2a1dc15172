//go:build linux

// Package images is a registry with as many images as the bench asks for, each with a command of
// its own, and a count of what it was asked.
//
// It is go-containerregistry's own registry, in memory, on several addresses: softstop asks one
// host so many times a second and no more. Nobody pulls from it: its images have no layers.
package images
