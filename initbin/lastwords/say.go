package lastwords

import (
	"strconv"
	"strings"

	"github.com/softstop/softstop/initbin/sockets"
)

// finding is what was seen of one thread.
type finding struct {
	kind    kind
	state   byte   // as ps(1) shows it
	place   string // the kernel's function that it sleeps in
	object  string // what its descriptor is, or who it waits for, for people; "" if that is not known
	threads int    // how many its process has
	hidden  bool   // what it does may not be read
}

// sentence says what a thread waits for, as the end of a sentence about its process.
func (f finding) sentence() string {
	switch f.state {
	case 'T':
		return "is stopped"
	case 't':
		return "is stopped by a debugger"
	case 'Z':
		return "has ended, but a thread of it has not"
	}
	if f.place == "__refrigerator" || f.place == "do_freezer_trap" {
		return "is frozen, by its cgroup" // of version 1, or 2
	}
	text := f.waits()
	if f.state == 'D' {
		if f.kind != unknown && f.place != "" {
			text += ", in " + f.place
		}
		text += ", and cannot be interrupted"
	}
	return text
}

func (f finding) waits() string {
	switch f.kind {
	case threads:
		if f.threads > 1 {
			return "waits for its own threads (" + or(f.object, "futex") + ")"
		}
		return "waits for a lock in memory (" + or(f.object, "futex") + ")"
	case sleeping:
		return "sleeps until a time of its own"
	case signals:
		return "waits for a signal"
	case events:
		return "waits for events" + f.object
	case messages:
		return "waits for a queue of messages (System V)"
	case semaphores:
		return "waits for a semaphore (System V)"
	case running:
		return "uses the processor"
	case accepting:
		return "waits for connections" + on(" on ", f.object)
	case children:
		return "waits for " + or(f.object, "a child")
	case opening:
		if strings.Contains(f.place, "wait_for_partner") {
			return "opens a named pipe that nobody has at its other end"
		}
		return "opens a file"
	case reading:
		return "reads from " + or(f.object, "what cannot be seen")
	case syncing:
		return "waits until it is on the disk: " + or(f.object, "what it wrote")
	case writing:
		return "writes to " + or(f.object, "what cannot be seen")
	case connecting:
		return "connects to " + or(f.object, "what cannot be seen")
	case locking:
		return "waits for a lock" + f.object
	case unknown:
	}
	switch {
	case f.place != "" && f.place != "0":
		return "waits in the kernel's " + f.place
	case f.hidden:
		return "cannot be looked into (another user's?)"
	}
	return "waits for something unknown"
}

func on(preposition, object string) string {
	if object == "" {
		return ""
	}
	return preposition + object
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// String says who is at the other end, and how that connection stands.
func (c connection) String() string {
	var text string
	switch {
	case c.datagrams && c.listens():
		return "port " + strconv.Itoa(int(c.Local.Port)) + " (UDP)"
	case c.datagrams:
		return c.Remote.String() + " (UDP)"
	case c.listens():
		return "port " + strconv.Itoa(int(c.Local.Port))
	case c.State == sockets.CloseWait:
		text = c.Remote.String() + ", which has closed (CLOSE_WAIT)"
	default:
		text = c.Remote.String() + " (" + c.State.String() + ")"
	}
	if c.Unsent > 0 {
		text += ", which has not taken " + strconv.FormatUint(uint64(c.Unsent), 10) + " bytes"
	}
	return text
}

// listens reports whether anybody may be at the other end.
func (c connection) listens() bool {
	return c.State == sockets.Listen || c.datagrams && c.Remote.Port == 0
}

// together says which connections a process that waits for events has.
func together(list []connection) string {
	count, ports := 0, ""
	var one connection
	for _, c := range list {
		if c.listens() {
			if ports == "" {
				ports = " on " + c.String()
			}
			continue
		}
		count++
		if count == 1 || weight(c) > weight(one) {
			one = c
		}
	}
	switch count {
	case 0:
		return ports
	case 1:
		return ports + "; it has a connection with " + one.String()
	}
	return ports + "; it has " + strconv.Itoa(count) + " connections, one with " + one.String()
}

// weight is how much a connection tells about a process that does not end.
func weight(c connection) int {
	switch {
	case c.datagrams:
		return 0
	case c.Unsent > 0:
		return 3
	case c.State != sockets.Established:
		return 2
	}
	return 1
}
