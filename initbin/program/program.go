package program

import (
	"path"
	"strings"
)

// Kind is what a program is to somebody who wants to be process 1 in its place.
type Kind uint8

const (
	// Ordinary is every program that the table does not have.
	Ordinary Kind = iota
	// Init forwards signals and reaps, for one program that it starts: tini.
	Init
	// System refuses to work, or works differently, unless it is process 1: systemd.
	System
	// Shell interprets scripts the Bourne way: it waits for a foreground child before it runs
	// a trap.
	Shell
	// Multicall is a shell among other things: its first argument, or its own name, says which.
	Multicall
	// Runner becomes, or starts, the program that its arguments name: env, sudo, timeout.
	Runner
	// Onlooker may have the names of other programs among its arguments and runs none of them:
	// test, ls, cp, ln.
	Onlooker
)

// Passing is how a program that has a child hands a stop signal on, if it is not in the way
// of most: by a handler that looks after the child.
type Passing uint8

const (
	// Usual is everything else.
	Usual Passing = iota
	// Kills its child two seconds after it is signalled: su, runuser, doas with PAM.
	Kills
	// Repeats the signal to everybody as soon as its own child has ended: dumb-init.
	Repeats
	// Forwards to its child and nobody else, and leaves when the child has ended: tini.
	Forwards
	// DiesOfIt catches the signal whatever the program's author wrote, and then dies of it,
	// unless the author handles it: node, ruby.
	DiesOfIt
	// Idles only passes the time: nothing is lost when it ends early. sleep, tail.
	Idles
)

// Program is one row of the table.
type Program struct {
	// Name is the file's name, without its folder.
	Name string
	Kind Kind
	// Passing says what it does with a stop signal.
	Passing Passing
	// Stays means that a Runner waits for what it runs; others become it.
	Stays bool
	// Blind means that a Shell does not notice, without job control, that a child is stopped;
	// others take it for one that has ended, or refuse to exit.
	Blind bool
	// Before is what stands before the command that a Runner runs.
	Before Before
}

// Before describes the words between a Runner and the command that it runs, beside options
// without a value.
type Before struct {
	// Values are the short options that take a value: "u" for env -u NAME.
	Values string
	// Long are the long options whose value may be a word of its own, with spaces between.
	Long string
	// Words is how many words that are no options come first: 1 for timeout DURATION.
	Words int
	// Instead are the short options that say what those words say: "u" for runuser -u USER.
	Instead string
	// Assigns means that NAME=VALUE may come first.
	Assigns bool
	// Text are the short options whose value is a text for a shell: "c" for su -c.
	Text string
	// Split are the short options whose value is the first part of the command: "S" for env -S.
	Split string
	// Asks are the short options with which nothing is run: "vV" for command -v.
	Asks string
}

// Of returns the row of the program at file, which may be a name alone. A program that is
// not in the table is Ordinary.
func Of(file string) Program {
	folder, name := path.Split(path.Clean(file))
	for _, rows := range [...][]Program{inits, systems, shells, runners, idlers, runtimes} {
		for i := range rows {
			if rows[i].Name == name {
				return rows[i]
			}
		}
	}
	switch {
	case inSystem(folder) && oneOf(name, systemFiles[:]):
		return Program{Name: name, Kind: System}
	case oneOf(name, onlookers[:]):
		return Program{Name: name, Kind: Onlooker}
	}
	return Program{Name: name}
}

// Names returns the names of the inits or the systems, in the order of the table.
func Names(kind Kind) (names []string) {
	for _, rows := range [...][]Program{inits, systems} {
		for i := range rows {
			if rows[i].Kind == kind {
				names = append(names, rows[i].Name)
			}
		}
	}
	return names
}

// SystemFiles returns the names of systems that count in a system's own folders only: init.
func SystemFiles() []string { return append([]string(nil), systemFiles[:]...) }

func oneOf(name string, names []string) bool {
	for i := range names {
		if names[i] == name {
			return true
		}
	}
	return false
}

// inSystem reports whether folder, with its last slash, is one that a system's own programs
// are in; "" is the PATH.
func inSystem(folder string) bool {
	switch folder {
	case "", "/", "/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/",
		"/lib/", "/usr/lib/", "/lib/sysvinit/", "/usr/lib/sysvinit/", "/run/current-system/", "/run/current-system/sw/bin/":
		return true
	}
	return strings.HasPrefix(folder, "/package/admin/s6-overlay") || strings.HasPrefix(folder, "/etc/s6-linux-init/") // with its version, or a name
}
