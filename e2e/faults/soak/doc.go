//go:build linux

// Command soak gives the webhook as many reviews as it takes, for ten minutes, and looks whether
// anything in it grows. Run it with make soak; it writes docs/soak.md.
//
//	reviews  half of the senders through the API server, as dry runs; half straight to a replica, which is faster
//	         meanwhile the certificates are rotated every 20 s
//	samples  every few seconds, of each replica's own metrics: memory, goroutines, file descriptors
//	verdict  the median of the last third against that of the first, after a warm-up
//
// It does not measure how fast an admission is: that is the bench's.
//
// # Why medians of thirds
//
// A garbage collector's memory goes up and down; single values, first and last above all, say
// nothing. A leak raises a whole third.
package main
