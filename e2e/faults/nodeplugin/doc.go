// Package nodeplugin lets misfortune strike the nodes' plugin, and looks how pods start meanwhile.
//
//	strike.go   what can happen to the plugin, and to the runtime that it belongs to
//	start.go    a pod that says what process 1 is and when it began, and ends
//
// It judges nothing: the node suite strikes each blow once, make faults again and again while pods
// start, and both say what may come of it.
//
// # Why pods tell the time themselves
//
// How much later a container starts is a matter of milliseconds, and the API tells whole seconds.
// So the pod's own program reads /proc/uptime, which is the same clock for the whole machine.
package nodeplugin
