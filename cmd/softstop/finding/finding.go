package finding

// ID is one word of the fixed list of what can be found.
type ID string

// What can be found.
const (
	ShellPID1      ID = "shell-as-pid1"
	ShellMayStay   ID = "shell-may-stay"
	TrapBehind     ID = "trap-behind-foreground"
	ScriptPID1     ID = "script-as-pid1"
	NoDrain        ID = "no-drain"
	GraceTooShort  ID = "grace-too-short"
	GraceZero      ID = "grace-zero"
	BadValue       ID = "bad-value"
	Misplaced      ID = "misplaced"
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
	// Fix is what to do about it.
	Fix string `json:"fix"`
	// Fixed means that softstop would fix it if the pod opted in.
	Fixed bool `json:"softstopFixesIt"`
	// Path is where in the pod the cause is, or would be.
	Path []string `json:"-"`
}

// Kind is what is so of every finding with an ID.
type Kind struct {
	ID    ID
	Level Level
	// What is so, in general.
	What string
	// Fix is what to do about it by hand.
	Fix string
}

// Kinds returns the whole list.
func Kinds() []Kind {
	return []Kind{
		{ShellPID1, Warning, "process 1 is a shell: it neither ends at SIGTERM nor passes it on, so the container is killed at the end of the grace period", "start the last command of the script with exec"},
		{TrapBehind, Warning, "process 1 is a shell whose trap cannot run while a program is in the foreground", "start the program in the background and wait for it"},
		{ShellMayStay, Note, "process 1 is a shell with a single command: most shells make way for it, some stay", "start the command with exec"},
		{ScriptPID1, Note, "process 1 is a script: unless it ends with exec, its shell stays process 1", "start the last command of the script with exec"},
		{NoDrain, Warning, "it serves and has no preStop hook: it stops while requests still arrive", "add a preStop hook that sleeps for some seconds"},
		{GraceTooShort, Warning, "the preStop hook takes the whole grace period: the process is killed as soon as it is told", "raise terminationGracePeriodSeconds"},
		{GraceZero, Warning, "terminationGracePeriodSeconds is 0: the pod is killed at once", "set it to 1 or more"},
		{BadValue, Warning, "a softstop annotation does not hold as it was written", "correct the value"},
		{Misplaced, Warning, "a softstop key is where nobody reads it", "make it an annotation of the pod, or of the pod template"},
		{CommandUnknown, Note, "the spec does not say what the container runs", "set command, describe the image in the configuration, or let --registry ask"},
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
	return Finding{ID: id, Level: kind.Level, Container: container, What: what, Fix: kind.Fix, Path: path}
}
