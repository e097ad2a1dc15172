// Command benchinit measures what an init costs, side by side: softstop's, with and
// without the Go runtime, against tini, tini-static, dumb-init and catatonit from the
// zoo's Debian root folder.
//
// Every figure is taken of PID 1 in a fresh PID namespace, all contestants one after
// the other and then again, so that whatever else the machine does strikes all alike;
// medians are compared. Under each runs the same child (subject), a few instructions
// of assembly. It says nothing about graceful stops: that is the zoo's.
//
// # What is measured how
//
//   - memory: 40 containers at a time in a memory cgroup of their own, less 40 bare
//     children in the same way; RSS, anonymous RSS and PSS of PID 1 alone.
//   - wake-ups: voluntary context switches of all of PID 1's threads while nothing happens.
//   - start-up: from fork to exit of INIT -- subject quit, less the same without INIT.
//   - latency: from before kill(2) to the child's clock after sigwait, the stop signal.
//   - processor time per zombie: PID 1's time on the processor while its child makes
//     5000 orphans, from the scheduler's statistics.
//   - pids: the smallest pids cgroup in which a container starts, hears SIGTERM and
//     ends with its child's code.
package main
