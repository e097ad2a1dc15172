//go:build linux

// Package stoptime deletes pods and takes the time until each is gone, beside what the application
// needs for its own cleanup.
//
// Exec form, shell form and script, each without and with softstop, 50 deletions each. The pods do
// not serve, so that no drain is in the figures. They are made in waves and deleted one by one in
// turn, so that a wave's pods that hang can do so while the next wave starts.
package stoptime
