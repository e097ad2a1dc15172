// Package image writes a container image from files on disk, as the archive that container tools load.
//
// It exists because the node's machine may reach no registry and has no container engine: a folder and a command are
// enough for a test image. It reads no Dockerfile, runs nothing and pulls nothing; buildah does that for the product's own images.
package image
