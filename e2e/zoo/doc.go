// Command zoo tries real servers in the launch styles that people put into images,
// under every init, and says for each whether it stopped gracefully.
//
// One line of its table is a Case (subject and style, data in the files cases_*.go),
// one column an Init, one field a cell. A cell runs by itself in PID, mount, network,
// IPC and UTS namespaces of its own and in a session of its own:
//
//	overlay over the Debian root folder → INIT -- COMMAND as PID 1 → ready?
//	→ acts (a key is set, a download begins) → stop signal to PID 1 from outside
//	→ ended within the grace? else SIGKILL → evidence
//
// A cell has what the container runtime gives: /dev/null to read from, unless the case
// asks for an input, one pipe for its output and one for its errors.
//
// It does not judge by exit alone: a cell is graceful only if the container ended
// before SIGKILL and the application's own evidence says that it finished: the key is
// in the RDB, the download is whole, the recovery-free log, the marker that the
// cleanup writes last, told once.
//
// # What softstop's column is held against
//
// compare.go finds the faults of softstop's column: a stop that is not graceful (wrong),
// and one that takes a second longer than the better of nothing and tini in the same
// run, or than the application's own time where neither is right (late). Each fault is
// named with its reason in exceptions.go, or the run fails; so does an exception that is
// no fault any more:
//
//	go run ./e2e/zoo -inits none,tini,softstop -cases ^steps
//
// make zoo compares all columns, TestSoftstop what is wrong. No test measures time: a
// busy machine would decide it.
//
// # What is not in it
//
// honcho and circus: Debian has no package of them. nf and foreman keep Procfiles, s6, runit,
// supervisord and others processes. air: its modules take longer to fetch and to build than all
// other additions of its kind; reflex, a file watcher in Go too, is a package.
//
// # Why a session of its own
//
// kill(0) and process groups reach across PID namespaces where the session is
// shared: a subject that signals its group would stop the zoo.
//
// # Why the usual container capabilities and no more
//
// A real container's root cannot trace other users' processes, so its init cannot
// read their /proc/PID/exe. With all capabilities a cell would flatter an init that
// needs to.
//
// # Why cells are processes and not goroutines
//
// Namespaces belong to threads; a process per cell keeps all of its work in them,
// and its death, for whatever reason, takes the container along.
package main
