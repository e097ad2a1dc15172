package finding

import "gomodules.xyz/jsonpatch/v2"

// ID is one word of the fixed list of what can be found.
type ID string

// What can be found.
const (
	ShellPID1      ID = "shell-as-pid1"
	TrapBehind     ID = "trap-behind-foreground"
	CutShort       ID = "child-cut-short"
	NoHandler      ID = "no-signal-handler"
	ShellMayStay   ID = "shell-may-stay"
	ScriptPID1     ID = "script-as-pid1"
	NamesPID1      ID = "names-process-1"
	NoDrain        ID = "no-drain"
	HookStops      ID = "hook-stops-program"
	HookEndless    ID = "hook-never-ends"
	GraceTooShort  ID = "grace-too-short"
	GraceZero      ID = "grace-zero"
	BadValue       ID = "bad-value"
	Misplaced      ID = "misplaced"
	Mistyped       ID = "mistyped-key"
	CommandUnknown ID = "command-unknown"
)

// Level is how much a finding matters.
type Level string

const (
	// Warning is for a pod that will not stop well.
	Warning Level = "warning"
	// Note is for what may be fine but cannot be seen from the spec.
	Note Level = "note"
)

// Finding is one thing that keeps a pod from stopping well.
type Finding struct {
	ID    ID    `json:"id"`
	Level Level `json:"level"`
	// Container is the container's name; empty if it is about the pod.
	Container string `json:"container,omitempty"`
	// What is a sentence with the details of this pod, without a full stop.
	What string `json:"what"`
	// Why is what comes of it, a sentence without a full stop.
	Why string `json:"why"`
	// Fix is what to do about it.
	Fix string `json:"fix"`
	// YAML is the fix as a part of the pod, to be merged into it; empty if there is none that fits
	// without knowing more.
	YAML string `json:"yaml,omitempty"`
	// Fixed means that softstop would fix it if the pod opted in; never in kube-system, whose pods the
	// webhook does not see.
	Fixed bool `json:"softstopFixesIt"`
	// Path is where in the pod the cause is, or would be.
	Path []string `json:"-"`
	// Repair are operations on the pod that carry the fix out; nil if it is not certain to help and to
	// change nothing else.
	Repair []jsonpatch.Operation `json:"-"`
}

// Kind is what is so of every finding with an ID.
type Kind struct {
	ID    ID
	Level Level
	// What is so, in general.
	What string
	// Why is what comes of it.
	Why string
	// Fix is what to do about it by hand.
	Fix string
}

// Kinds returns the whole list.
func Kinds() []Kind {
	return []Kind{
		{ShellPID1, Warning, "process 1 is a shell that stays", "it neither ends at SIGTERM nor passes it on: the container is killed at the end of the grace period", "make the program the script's last command and start it with exec"},
		{TrapBehind, Warning, "process 1 is a shell whose trap waits behind a foreground command", "the trap cannot run before that command has ended, and that command receives no signal", "start the program in the background and wait for it"},
		{CutShort, Warning, "process 1 ends at the signal before the programs that it started", "they are killed with it, in the middle of what they do", "signal them and wait for them, or make the program process 1"},
		{NoHandler, Warning, "process 1 is a program without a handler for SIGTERM", "the kernel drops a signal for process 1 that it does not handle: the container is killed at the end of the grace period", "run it under an init, or handle SIGTERM in the program"},
		{ShellMayStay, Note, "process 1 is a shell, and it depends on which whether it makes way", "a shell that stays neither ends at SIGTERM nor passes it on", "start the last command with exec"},
		{ScriptPID1, Note, "process 1 is a script in the image", "unless it ends with exec, its shell stays process 1", "see to it that the script starts its last command with exec"},
		{NamesPID1, Note, "a hook or a probe names process 1", "under an init, process 1 is the init and no longer the program", "name the program instead, such as $(pgrep -o java), or leave the container to itself with softstop.dev/exclude-containers"},
		{NoDrain, Warning, "it serves and has no preStop hook", "requests still arrive for some seconds after the stop signal", "add a preStop hook that sleeps for some seconds"},
		{HookStops, Warning, "it serves and its preStop hook stops the program at once", "requests still arrive for some seconds after that", "sleep in the hook before it stops the program, or have it sleep only: the stop signal comes when it has ended"},
		{HookEndless, Warning, "the preStop hook never ends", "the program receives no stop signal: the container is killed at the end of the grace period", "end the hook: sleep for some seconds instead"},
		{GraceTooShort, Warning, "the preStop hook takes the whole grace period", "the process is killed as soon as it receives the signal", "raise terminationGracePeriodSeconds"},
		{GraceZero, Warning, "terminationGracePeriodSeconds is 0", "the pod is killed at once", "set it to 1 or more"},
		{BadValue, Warning, "a softstop annotation does not hold as it was written", "what it asks for does not happen", "correct the value"},
		{Misplaced, Warning, "a softstop key is where nobody reads it", "what it asks for does not happen", "make it an annotation of the pod, or of the pod template"},
		{Mistyped, Warning, "the pod has a key that Kubernetes does not, and that looks like one it has", "the API server refuses the pod, or drops the key and what it says", "write the key that was meant"},
		{CommandUnknown, Note, "the spec does not say what the container runs", "nobody can tell what it does with its stop signal", "set command, describe the image in the configuration, or let --registry ask"},
	}
}

// of returns the kind of id.
func of(id ID) Kind {
	for _, kind := range Kinds() {
		if kind.ID == id {
			return kind
		}
	}
	return Kind{ID: id, Level: Warning}
}

// found makes a finding of its kind; what may be empty.
func found(id ID, container, what string, path ...string) Finding {
	kind := of(id)
	if what == "" {
		what = kind.What
	}
	return Finding{ID: id, Level: kind.Level, Container: container, What: what, Why: kind.Why, Fix: kind.Fix, Path: path}
}
