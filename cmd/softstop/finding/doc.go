// Package finding says what keeps a pod from stopping well: who would not hear of the
// stop, who would lose requests, who would be killed.
//
//	finding.go  the table of what there is to find
//	asis.go     what is wrong with a pod as it is written
//	shell.go    what a shell's script does with a stop signal
//	softstop.go what of it softstop changes: the same engine as the webhook's
//
// It is pure: a pod and its facts in, findings out. It does not read files or clusters,
// and does not know lines of files: a finding has a path in the pod.
//
// # Why it injects to find out
//
// Whether softstop fixes a finding is not a column of a table. The pod is injected, by
// the engine, and looked at again: what is not found any more is fixed.
//
// # Why the shell's script is parsed
//
// "sh -c" is fine if the script's last command is an exec, and fine if it traps the
// signal and waits. A search for the word exec would believe "docker exec" and comments.
package finding
