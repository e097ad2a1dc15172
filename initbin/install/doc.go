// Package install puts the init where a pod's containers find it: it copies the
// running program onto the carrier and runs the copy once.
//
// The copy appears under its name only when it is whole, so that a restarted or
// doubled installation is harmless. It does not choose the place, and it needs neither
// a shell nor any privilege.
package install
