// Package v1alpha1 is the shape of the configuration file, version softstop.dev/v1alpha1.
//
// It holds types and their words only: package config reads a file into them, checks
// the values and turns them into what the rest of the program uses. The comments here
// are what people read: docs/config.schema.json is made from them.
//
// # Why a version
//
// A file that says which version it is written in can still be read when the next one
// calls things differently.
package v1alpha1
