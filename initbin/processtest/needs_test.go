package processtest

import "testing"

// linked listens and writes its port into a file, or is connected to the port that it finds in
// one, or both; "-" is neither. It answers every line. When it is signalled it takes a moment, and
// then its peer must still answer.
const linked = `#!/usr/bin/perl
use POSIX; use Socket; use IO::Handle;
my ($name, $listen, $peer) = @ARGV;
my ($told, $port, $to) = (0);
$| = 1;
$SIG{TERM} = sub { $told = 1 };
$SIG{PIPE} = "IGNORE";
sub slurp { open my $f, "<", $_[0] or return ""; my $line = <$f> // ""; chomp $line; $line }
if ($listen ne "-") {
    my $six = $listen =~ /six/;
    socket($port, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0) or die "socket: $!";
    setsockopt($port, IPPROTO_IPV6, IPV6_V6ONLY, 0) if $six;
    bind($port, $six ? pack_sockaddr_in6(0, Socket::IN6ADDR_ANY) : pack_sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
    listen($port, 9) or die "listen: $!";
    my $number = ($six ? unpack_sockaddr_in6(getsockname($port)) : unpack_sockaddr_in(getsockname($port)))[0];
    open my $f, ">", "$listen.new" or die; print $f "$number\n"; close $f; rename "$listen.new", $listen or die;
}
if ($peer ne "-") {
    until (slurp($peer)) { select undef, undef, undef, 0.01 }
    socket($to, AF_INET, SOCK_STREAM, 0) or die "socket: $!";
    connect($to, pack_sockaddr_in(slurp($peer), INADDR_LOOPBACK)) or die "connect: $!";
    $to->autoflush;
}
my @clients;
sub serve {
    my $bits = "";
    vec($bits, fileno $_, 1) = 1 for grep { $_ } $port, @clients;
    select($bits, undef, undef, $_[0]) > 0 or return;
    my ($new, $line);
    for my $c (@clients) { if (vec($bits, fileno $c, 1)) { sysread($c, $line, 99) ? syswrite($c, $line) : ($c = undef) } }
    @clients = grep { $_ } @clients;
    if ($port and vec($bits, fileno $port, 1) and accept($new, $port)) { push @clients, $new }
}
# Who has an answer has been accepted.
sub answered {
    my ($bits, $line) = ("");
    syswrite($to, "?\n") or return 0;
    vec($bits, fileno $to, 1) = 1;
    until (select(my $out = $bits, undef, undef, 0)) { serve(0.02) }
    return sysread($to, $line, 99);
}
answered() or die "no answer" if $to;
print "$name ready\n";
serve(0.02) until $told;
if ($to) {
    select undef, undef, undef, 0.1 for 1 .. 4;
    print answered() ? "$name was answered\n" : "$name was not answered\n";
}
print "$name stopped\n";
`

// A server outlives who is connected to it, also where nothing but the connection shows that it
// is needed.
func TestServersOutliveTheirClients(t *testing.T) {
	ready := []string{"server ready", "client ready"}
	served := []string{"client was answered", "client stopped", "server stopped"}
	runStyles(t, []style{
		{name: "server in the background", needs: "perl", script: "#!/bin/sh\nLINKED server port - &\nLINKED client - port\ntrue\n", ready: ready, output: served},
		{name: "client in the background", needs: "perl", script: "#!/bin/sh\nLINKED client - port &\nLINKED server port -\ntrue\n", ready: ready, output: served},
		{name: "both in the background", needs: "perl", script: "#!/bin/sh\nLINKED server port - &\nLINKED client - port &\nwait\n", ready: ready, output: served},
		{name: "server of both families", needs: "perl", script: "#!/bin/sh\nLINKED server six - &\nLINKED client - six\ntrue\n", ready: ready, output: served},
		{name: "server behind a shell", needs: "perl", script: "#!/bin/sh\nsh -c 'LINKED server port -; true' &\nLINKED client - port\ntrue\n", ready: ready, output: served},
		{name: "two daemons", needs: "perl", script: "#!/bin/sh\n(LINKED server port - &)\n(LINKED client - port &)\nsleep 1000\n", ready: ready, output: served, code: 143},
		{name: "a chain", needs: "perl", script: "#!/bin/sh\nLINKED server port - &\nLINKED client next port &\nLINKED last - next\ntrue\n",
			ready: append(ready, "last ready"), output: append(served, "last was answered")},
		{name: "peers", needs: "perl", script: "#!/bin/sh\nLINKED server port other &\nLINKED client other port\ntrue\n", ready: ready, output: []string{"client stopped", "server stopped"}},
		{name: "client of a daemon's", needs: "perl", script: "#!/bin/sh\n(LINKED client - port &)\nLINKED server port -\ntrue\n", ready: ready, output: []string{"client stopped", "server stopped"}},
	})
}
