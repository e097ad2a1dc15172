package main

// unixCases are connected to a server that was started beside them, by way of a Unix socket: the
// commonest way inside of one container. Nothing but the connection shows that they need it.
func unixCases() []Case {
	const redis = "redis-server --port 0 --unixsocket /tmp/r.sock --dir /out --save 3600 1"
	const ping = "until redis-cli -s /tmp/r.sock ping; do sleep 0.05; done\n"
	const app = "node /srv/app.js /tmp/r.sock 'set flushed yes' OK"
	linked := func(style, body string, more ...Check) Case {
		c := withFile(quick("needs", style, body, more...), "/srv/app.js", nodeLinked)
		c.Own = 0.7 // one after the other
		return c
	}
	saved := runs("grep -q flushed /out/dump.rdb", "what was flushed is not saved")
	return []Case{
		linked("redis &, node by Unix socket in front", "#!/bin/sh\n"+redis+" &\n"+ping+app+"\ntrue\n", saved),
		linked("redis &, exec node by Unix socket", "#!/bin/sh\n"+redis+" &\n"+ping+"exec "+app+"\n", saved),
		linked("redis &, node by Unix socket &, wait", "#!/bin/bash\n"+redis+" &\n"+ping+app+" &\nwait\n", saved),
		linked("redis as a daemon, node by Unix socket as one", "#!/bin/sh\n"+redis+" --daemonize yes\n"+ping+"("+app+" &)\nsleep infinity\n", saved),
		linked("memcached &, node by Unix socket in front", "#!/bin/sh\nmemcached -u root -s /tmp/m.sock &\nuntil [ -S /tmp/m.sock ]; do sleep 0.05; done\nnode /srv/app.js /tmp/m.sock version VERSION\ntrue\n"),
		withPostgres(), withMariadb(), withSyslog(), withManager(),
	}
}

// clientApp is the zoo's application around a database's own client, which it keeps open: the last
// thing of its cleanup is a statement that must be answered.
const clientApp = `use strict; use warnings; use IPC::Open2;
my ($statement, @client) = @ARGV;
sub note { open my $file, ">>", "/out/app.$_[0]" or die $!; syswrite $file, "$$\n" }
$SIG{PIPE} = "IGNORE";
my $told = 0;
$SIG{TERM} = sub { note("told"); if ($told++) { note("hard"); exit 99 } };
my $pid = open2(my $from, my $to, @client);
sub ask { print $to "$_[0]\n"; $to->flush; return scalar <$from> }
ask("select 1;") or die "no answer";
note("up");
select undef, undef, undef, 0.05 until $told;
select undef, undef, undef, 0.5;
if ((ask($statement) // "") ne "7\n") { note("lost"); exit 97 }
note("cleaned");
`

// withPostgres has PostgreSQL in the background.
func withPostgres() Case {
	const server = "gosu postgres /usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main -c config_file=/etc/postgresql/15/main/postgresql.conf -c ssl=off &\n"
	c := quick("needs", "postgres &, psql by Unix socket in front", "#!/bin/sh\n"+server+"until gosu postgres psql -qAtc 'create table kept (a int)'; do sleep 0.1; done\nperl /srv/app.pl 'insert into kept values (7) returning a;' gosu postgres psql -qAt\ntrue\n",
		runs("/usr/lib/postgresql/15/bin/pg_controldata /var/lib/postgresql/15/main | grep -q 'cluster state: *shut down$'", "not shut down, recovery needed"))
	c.Before, c.Own = []string{"install -d -o postgres -g postgres /run/postgresql"}, 0.8
	return withFile(c, "/srv/app.pl", clientApp)
}

// withMariadb has MariaDB in the background.
func withMariadb() Case {
	const client = "mariadb --batch --skip-column-names --unbuffered kept"
	c := quick("needs", "mariadbd &, mariadb by Unix socket in front", "#!/bin/sh\nmariadbd --user=mysql --log-error=/out/error.log &\nuntil mariadb -e 'create database kept; create table kept.t (a int)'; do sleep 0.1; done\nperl /srv/app.pl 'insert into t values (7) returning a;' "+client+"\ntrue\n",
		fileHas("/out/error.log", "Shutdown complete", "no word of a shutdown"))
	c.Before, c.Own = []string{"install -d -o mysql -g mysql /run/mysqld"}, 1.2
	return withFile(c, "/srv/app.pl", clientApp)
}

// withSyslog has a log in the background, to which the last line goes by datagram.
func withSyslog() Case {
	c := quick("needs", "rsyslogd &, python logs to it in front", "#!/bin/sh\nrsyslogd -n -i /run/r.pid -f /srv/r.conf &\nuntil [ -S /dev/log ]; do sleep 0.05; done\npython3 /srv/app.py\ntrue\n",
		fileHas("/out/syslog", "flushed", "the last log line is lost"))
	c = withFile(c, "/srv/r.conf", "module(load=\"imuxsock\")\n*.* /out/syslog\n")
	c.Own = 0.7
	return withFile(c, "/srv/app.py", `import logging.handlers, os, signal, time
def note(what):
    with open("/out/app." + what, "a") as f: f.write("%d\n" % os.getpid())
class Log(logging.handlers.SysLogHandler):
    def handleError(self, record): note("lost"); os._exit(97)
log = logging.getLogger()
log.addHandler(Log("/dev/log"))
told = []
def stop(*_):
    note("told")
    if told: note("hard"); os._exit(99)
    told.append(1)
signal.signal(signal.SIGTERM, stop)
log.error("started")
note("up")
while not told: time.sleep(0.05)
time.sleep(0.5)
log.error("flushed")
note("cleaned")
`)
}

// withManager has a worker that writes into the memory of another child of its parent, which
// knows no signal.
func withManager() Case {
	c := appOwn("parent", "Python manager, a worker flushes to it", "python3", "/srv/app.py")
	return withFile(c, "/srv/app.py", `import multiprocessing, os, signal, time
def note(what):
    with open("/out/app." + what, "a") as f: f.write("%d\n" % os.getpid())
told = []
def stop(*_):
    note("told")
    if told: note("hard"); os._exit(99)
    told.append(1)
def work(shared):
    signal.signal(signal.SIGTERM, stop)
    shared["up"] = 1
    note("up")
    while not told: time.sleep(0.05)
    time.sleep(0.5)
    try: shared["flushed"] = 1
    except Exception: note("lost"); os._exit(97)
    note("cleaned")
shared = multiprocessing.Manager().dict()
worker = multiprocessing.Process(target=work, args=(shared,))
worker.start()
worker.join()
`)
}
