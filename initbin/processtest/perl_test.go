package processtest

import (
	"fmt"
	"strings"
)

// app is a program that prints "NAME ready PID", then a line "NAME got SIGNAL" for
// each of the signals (names without SIG) it gets, and lives on.
func app(name string, signals string) []string {
	return perl(fmt.Sprintf("handle('%s', qw(%s)); ready('%s'); rest();", name, signals, name))
}

// clean is a program "app" that ends well, with the code, when it is told to stop.
func clean(code int) []string {
	return perl(fmt.Sprintf("$SIG{TERM} = sub { out('app stopped'); exit %d }; ready('app'); rest();", code))
}

// perl runs script with the functions that all scripts here share. An argument that
// looks like an option would be perl's: there are none.
func perl(script string) []string { return []string{"perl", "-e", prelude + script} }

const prelude = `
sub out { syswrite STDOUT, "@_\n" }
sub ready { out("$_[0] ready $$") }
sub rest { while (1) { select undef, undef, undef, 0.5 } } # perl may notice a signal only after it
sub still { require POSIX; POSIX::sigprocmask(POSIX::SIG_BLOCK(), POSIX::SigSet->new(POSIX::SIGTERM())); ready($_[0]); POSIX::sigsuspend(POSIX::SigSet->new) while 1 }
sub handle { my $name = shift; for my $s (@_) { $SIG{$s} = sub { out("$name got $s.") } } }
sub child { my $do = shift; my $p = fork; if ($p == 0) { $SIG{$_} = 'DEFAULT' for keys %SIG; $do->(); exit 0 } return $p }
sub session { require POSIX; POSIX::setsid() }
sub pause { select undef, undef, undef, $_[0] }
`

// shell is sh -c with a command line that runs command and then does what rest says:
// with a rest, the shell does not exec the command but stays in front of it.
func shell(command []string, rest string) []string {
	var quoted []string
	for _, word := range command {
		quoted = append(quoted, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
	}
	return []string{"sh", "-c", strings.Join(quoted, " ") + rest}
}
