// Package handover is what the watcher and the stopper say to each other.
//
//	watcher → stopper   its argv[0]: the Task (Line.Task, ParseTask)
//	watcher → stopper   a pipe on descriptor EventsFD: one Event per reaped child
//	stopper → watcher   the queued signal MessageSignal: it has looked, and who the heir is
//	stopper → watcher   a pipe on descriptor DetailFD: what it has seen of a drain
//	stopper → watcher   its exit code: ExitDone, or anything else for "take over"
//
// The watcher's half runs without the Go runtime.
package handover
