package main

import (
	"strings"
	"syscall"
)

// Case is one subject in one launch style: how to start it, when it is up, what to
// do to it, how it is stopped and what proves that it stopped well.
type Case struct {
	// Subject is the server or program, Style the way it is launched. Together they
	// name the case.
	Subject, Style string
	// Files are written into the container, path to content; what begins with "#!" is
	// executable.
	Files map[string]string
	// Before are shell lines that run in the container's root before it starts.
	Before []string
	// Command is what the image or the pod would run.
	Command []string
	// Image is what softstop check is told of a truth case; empty for all others.
	Image string
	// User runs the whole container, init included, as this user; 0 is root.
	User int
	// Stdin gives the container an input that nobody writes to, as stdin: true does;
	// otherwise it reads from /dev/null.
	Stdin bool
	// Admin adds CAP_SYS_ADMIN, without which nobody makes namespaces in a container.
	Admin bool
	// Stop is the image's stop signal; 0 means SIGTERM.
	Stop syscall.Signal
	// Ready are the conditions that must hold before the case goes on.
	Ready []Check
	// Acts run in order once the container is ready, before the stop signal.
	Acts []Act
	// Own is how long the application itself takes to stop, in seconds; 0 is not known.
	// A container that takes a second more is late.
	Own float64
	// Like names the case in which the same application is started with nothing in front of
	// it, where its own time is for a run to measure: it depends on the machine.
	Like string
	// Evidence are the conditions that must hold when the container has ended.
	Evidence []Check
}

// Check is a condition on a cell; nil means that it holds, and an error says in a few
// words what does not.
type Check func(*Cell) error

// Act does something to a running container. What it began and what must have ended
// well later is the Check it returns, which may be nil.
type Act func(*Cell) (Check, error)

// Name is how the case is called in tables and on the command line.
func (c Case) Name() string { return c.Subject + ": " + c.Style }

func (c Case) rights() rights { return rights{user: c.User, admin: c.Admin} }

// StopSignal is the signal that PID 1 gets.
func (c Case) StopSignal() syscall.Signal {
	if c.Stop == 0 {
		return syscall.SIGTERM
	}
	return c.Stop
}

// Cases returns all cases in the order of the table.
func Cases() []Case {
	var all []Case
	for _, group := range [][]Case{
		shellCases(), pipeCases(), launcherCases(), parentCases(), supervisorCases(), nestedCases(),
		redisCases(), databaseCases(), webCases(), nodeCases(), pythonCases(), rubyPHPCases(), daemonCases(), goCases(),
		besideCases(), frontCases(), sandboxCases(), stepCases(), needCases(), jobCases(), codeCases(),
		wrapperCases(), watcherCases(), managerCases(), entrypointCases(),
		waitCases(), inputCases(), towCases(), serviceLogCases(), mannerCases(),
	} {
		all = append(all, group...)
	}
	return all
}

// script is a case whose command is a shell script of its own, /start.sh.
func script(subject, style, body string, rest Case) Case {
	rest.Subject, rest.Style = subject, style
	files := map[string]string{"/start.sh": body}
	for path, content := range rest.Files {
		files[path] = content
	}
	rest.Files = files
	rest.Command = []string{"/start.sh"}
	return rest
}

// withFile is the case with one more file in its container.
func withFile(c Case, path, content string) Case {
	files := map[string]string{path: content}
	for known, content := range c.Files {
		files[known] = content
	}
	c.Files = files
	return c
}

// words splits a command line without quotes.
func words(line string) []string { return strings.Fields(line) }
