// Package cri asks a container runtime about an image, over the CRI: what NRI does not tell.
//
// It asks for nothing else, and starts nothing.
package cri
