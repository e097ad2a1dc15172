//go:build linux

// Package images makes the images that the demo and the node suite run: the product's own two from
// the Dockerfile, and the workloads'.
//
// Nothing is pulled. The Dockerfile's base image is stood in for by the machine's own Go and module
// cache, with busybox as its shell; the workloads are files from Debian's packages and a Go program
// from ./../app, packed by package image.
//
// buildah works in a mount and PID namespace of its own and in the cache folder: an interrupted
// build leaves neither a mount nor a process, and the machine's own containers are never touched.
//
// It does not start anything and does not know the node: an image is an archive in the cache, which
// the caller imports.
package images
