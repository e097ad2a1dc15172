// Package guard runs other programs so that none of them outlives the one who started it.
//
// A cold build forks hundreds of compilers and buildah mounts file systems; whoever presses Ctrl-C, or is killed outright,
// must leave none of it behind. So a command gets the kernel's own promises instead of clean-up code: a parent-death
// signal, a PID namespace (when its first process dies, the kernel kills the rest) and, where it mounts, a mount
// namespace.
//
// It does not restart, log or time anything.
package guard
