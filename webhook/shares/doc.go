// Package shares divides something that there is little of, such as room for bodies or questions
// to registries, among those who ask for it: each has a share of its own, so that one who takes
// all of it takes it from nobody else. It knows nothing of who asks, and bounds no total: that is
// a semaphore's own.
//
//	shares.go   one share for each key, kept while somebody uses it
package shares
