// Package processtest holds the process tests of the init: it has no code of its own,
// only tests.
//
// Each test starts softstop-init as it is shipped, as PID 1 of a PID namespace with a
// session and a /proc of its own (a box), with real processes below it, and watches
// from outside. All tests run for both builds, the runtime-free and the ordinary one;
// what the ordinary one cannot do (see initbin/ordinary) is skipped there.
//
// The tests need root, perl and util-linux's nsenter; without root they are skipped.
// What the ladder decides is tested without processes in initbin/stopper, and with real
// servers in the zoo.
//
// # Why perl
//
// The processes in a box must be quick to start, must
// say what they were told, and must handle every signal there is: a Go program is slow
// to start and keeps some signals to itself, a shell runs no trap while it waits. Where
// there must be thousands, they are a crowd (see there).
//
// # Time
//
// No verdict hangs on how fast the machine is. A box that would have to kill somebody to end
// does not end: the tests' stop timeout is a day, but for those that are about being killed.
// How fast a stop is, is the benchmarks': beside tini, and beside a bare timer.
package processtest
