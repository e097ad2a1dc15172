// Package parallel does the same with many things side by side, as many at a time as there are
// processors. It keeps no order: who needs one writes each result to a place of its own.
//
//	parallel.go   the loop
package parallel
