// Package figures holds repeated measurements and says of them what tables show: medians,
// percentiles, ratios, goals, and the machine they were taken on.
//
// It measures nothing and writes no page: a part of the bench measures, package page writes.
//
// # Why medians and percentiles, never means
//
// The machine is nobody's alone. A neighbour that takes a processor for a second moves a mean, and
// leaves a median where it was.
package figures
