package main

// needCases are applications whose cleanup needs something that was started before
// them, as a daemon or in the background: it must outlive them.
func needCases() []Case {
	all := append(daemonNeedCases(), linkedCases()...)
	all = append(all, unixCases()...)
	return append(all, append(terminalCases(), registryCases()...)...)
}

// daemonNeedCases flush to a daemon.
func daemonNeedCases() []Case {
	const redis = "redis-server --dir /tmp --save '' --daemonize yes --logfile /tmp/redis.log\nuntil redis-cli ping; do sleep 0.05; done\n"
	flushing := func(command string) string { return "/zoo/app app " + half + ` flush='` + command + "'\n" }
	toRedis := flushing("redis-cli set flushed yes | grep -q OK")
	needs := func(style, body string) Case { return quick("needs", style, body) }
	return []Case{
		needs("redis as a daemon, app in front", "#!/bin/sh\n"+redis+toRedis+"echo done\n"),
		needs("redis as a daemon, trap, app in front", "#!/bin/bash\ntrap 'echo trap' TERM\n"+redis+toRedis+"echo done\n"),
		needs("redis as a daemon, exec app", "#!/bin/sh\n"+redis+"exec "+toRedis),
		needs("redis as a daemon, app in the background, wait", "#!/bin/bash\n"+redis+toRedis[:len(toRedis)-1]+" &\nwait\n"),
		needs("redis in the background, app in front", "#!/bin/sh\nredis-server --dir /tmp --save '' &\nuntil redis-cli ping; do sleep 0.05; done\n"+toRedis+"echo done\n"),
		needs("service redis-server, su app in front", "#!/bin/sh\nservice redis-server start\nuntil redis-cli ping; do sleep 0.05; done\nsu nobody -s /bin/sh -c \"/zoo/app app "+half+" flush='redis-cli set a b | grep -q OK'\"\necho done\n"),
		needs("memcached as a daemon, app in front", "#!/bin/sh\nmemcached -d -u nobody\n"+flushing("echo version | socat -t1 - TCP:127.0.0.1:11211 | grep -q VERSION")+"echo done\n"),
		needs("nginx as a daemon, app in front", "#!/bin/sh\nnginx\n"+flushing(`printf "GET / HTTP/1.0\r\n\r\n" | socat -t1 - TCP:127.0.0.1:80 | grep -q 200`)+"echo done\n"),
		withFile(needs("rsyslogd first", "#!/bin/sh\nrsyslogd -i /run/r.pid -f /srv/r.conf\nuntil [ -S /dev/log ]; do sleep 0.05; done\n"+flushing("logger -u /dev/log flushed && until grep -q flushed /out/syslog; do sleep 0.05; done")+"echo done\n"),
			"/srv/r.conf", "module(load=\"imuxsock\")\n*.* /out/syslog\n"),
		withFile(needs("pgbouncer first", "#!/bin/sh\nsu postgres -c 'pgbouncer -d /srv/b.ini'\n"+flushing("psql -h 127.0.0.1 -p 6432 -U p -d pgbouncer -qAtc \"show version\" | grep -q -i pgbouncer")+"echo done\n"),
			"/srv/b.ini", "[databases]\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = 6432\nauth_type = any\nadmin_users = p\npidfile = /tmp/b.pid\nlogfile = /tmp/b.log\n"),
		withFile(needs("dnsmasq as the resolver", "#!/bin/sh\ndnsmasq -u root --no-resolv --address=/zoo.test/192.0.2.1\n"+flushing("getent ahosts zoo.test | grep -q 192.0.2.1")+"echo done\n"),
			"/etc/resolv.conf", "nameserver 127.0.0.1\n"),
		needs("ssh-agent first", "#!/bin/bash\neval $(ssh-agent)\n"+flushing("ssh-add -l; [ $? = 1 ]")+"echo done\n"),
		needs("dbus-daemon first", "#!/bin/bash\nexport DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/bus\ndbus-daemon --session --fork --address=$DBUS_SESSION_BUS_ADDRESS\n"+flushing("dbus-send --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames")+"echo done\n"),
		needs("Xvfb in the background", "#!/bin/bash\nXvfb :7 -nolisten tcp &\nuntil [ -S /tmp/.X11-unix/X7 ]; do sleep 0.05; done\n"+flushing("socat -u OPEN:/dev/null UNIX-CONNECT:/tmp/.X11-unix/X7")+"echo done\n"),
		needs("fakeroot", "#!/bin/sh\nfakeroot /zoo/app app "+half+" flush='touch /tmp/f && chown 1:1 /tmp/f && stat -c %u /tmp/f | grep -q 1'\n"),
		appOwn("needs", "fakeroot, exec form", "fakeroot", "/zoo/app", "app", half, "flush=touch /tmp/f && chown 1:1 /tmp/f && stat -c %u /tmp/f | grep -q 1"),
		needs("fakeroot sh -c", "#!/bin/sh\nfakeroot sh -c \"/zoo/app app "+half+" flush='chown 1:1 /tmp && stat -c %u /tmp | grep -q 1'; true\"\n"),
	}
}

// linkedCases are connected to a server that was started beside them, and need it to the end of
// their cleanup. Nothing but the connection shows it.
func linkedCases() []Case {
	const redis = "redis-server --dir /out --save 3600 1 --bind '* -::*' --protected-mode no"
	const ping = "until redis-cli ping; do sleep 0.05; done\n"
	const app = "node /srv/app.js 6379 'set flushed yes' OK"
	linked := func(style, body string, more ...Check) Case {
		c := withFile(quick("needs", style, body, more...), "/srv/app.js", nodeLinked)
		c.Own = 0.7 // one after the other
		return c
	}
	saved := runs("grep -q flushed /out/dump.rdb", "what was flushed is not saved")
	replica := script("needs", "redis &, a replica of it in front", "#!/bin/sh\n"+redis+" &\n"+ping+"redis-server --port 6380 --dir /tmp --save 3600 1 --replicaof 127.0.0.1 6379\ntrue\n", Case{
		Ready: []Check{runs("redis-cli -p 6380 info replication | grep -q master_link_status:up", "the replica is not up")}, Own: 0.5,
		Acts: []Act{do("redis-cli set zoo kept")}, Evidence: []Check{exists("/out/dump.rdb", "RDB not saved"), exists("/tmp/dump.rdb", "the replica's RDB not saved")},
	})
	return []Case{
		linked("redis &, node connected to it in front", "#!/bin/sh\n"+redis+" &\n"+ping+app+"\ntrue\n", saved),
		linked("redis &, node connected to it &, wait", "#!/bin/bash\n"+redis+" &\n"+ping+app+" &\nwait\n", saved),
		linked("redis in front, node connected to it &", "#!/bin/sh\n("+ping+"exec "+app+") &\n"+redis+"\ntrue\n", saved),
		linked("redis &, node connected to it behind sh -c", "#!/bin/sh\n"+redis+" &\n"+ping+"sh -c \""+app+"; true\"\ntrue\n", saved),
		linked("redis as a daemon, node connected to it as one", "#!/bin/sh\n"+redis+" --daemonize yes\n"+ping+"("+app+" &)\nsleep infinity\n", saved),
		linked("memcached &, node connected to it in front", "#!/bin/sh\nmemcached -u root &\nuntil echo version | socat -t1 - TCP:127.0.0.1:11211; do sleep 0.05; done\nnode /srv/app.js 11211 version VERSION\ntrue\n"),
		linked("redis as its user &, node connected to it in front", "#!/bin/sh\ngosu redis "+redis+" &\n"+ping+app+"\ntrue\n", saved),
		linked("redis as its user &, node as another connected to it in front", "#!/bin/sh\ngosu redis "+redis+" &\n"+ping+"gosu nobody "+app+"\ntrue\n", saved),
		replica,
	}
}

// nodeLinked is an application that is connected to a server from its start, and after half a
// second of cleanup says a line to it, for which it must get an answer.
const nodeLinked = `const name = "app", [port, line, good] = process.argv.slice(2); // a port or a path
` + nodeNote + `
let told = false, asked = false, gone = false;
function lost() { note(name, "lost"); process.exit(97); }
const server = require("net").connect(port, "127.0.0.1", () => note(name, "up"));
setInterval(() => {}, 1000);
server.on("error", () => {});
server.on("close", () => { gone = true; if (asked) lost(); });
process.on("SIGTERM", () => {
  note(name, "told");
  if (told) { note(name, "hard"); process.exit(99); }
  told = true;
  setTimeout(() => {
    asked = true;
    if (gone) lost();
    server.on("data", (data) => { if (!String(data).includes(good)) lost(); note(name, "cleaned"); process.exit(0); });
    server.write(line + "\r\n");
  }, 500);
});
`

// terminalCases have the application in a terminal that a daemon keeps.
func terminalCases() []Case {
	const app = "/zoo/app app " + half
	const wait = "while :; do sleep 0.5; done\n"
	needs := func(style, body string) Case { return quick("needs", style, body) }
	return []Case{
		needs("tmux, trap sends keys", "#!/bin/bash\ntmux new-session -d '"+app+"'\ntrap 'tmux send-keys C-c; while tmux has-session 2> /dev/null; do sleep 0.1; done; exit 0' TERM\n"+wait),
		needs("tmux, trap sends keys, tail in front", "#!/bin/bash\ntmux new-session -d '"+app+"'\ntrap 'tmux send-keys C-c; while tmux has-session 2> /dev/null; do sleep 0.1; done; exit 0' TERM\ntail -f /dev/null &\nwait\n"),
		needs("screen, trap sends keys", "#!/bin/bash\nscreen -dmS zoo "+app+"\ntrap 'screen -S zoo -p 0 -X stuff $(printf \"\\\\003\"); while screen -ls zoo > /dev/null; do sleep 0.1; done; exit 0' TERM\n"+wait),
		needs("tmux, while it has a session", "#!/bin/sh\ntmux new-session -d '"+app+"'\nwhile tmux has-session 2> /dev/null; do sleep 0.2; done\n"),
		needs("screen -D -m", "#!/bin/sh\nscreen -D -m "+app+"\n"),
		needs("dtach", "#!/bin/sh\ndtach -N /tmp/d "+app+"\n"),
		needs("socat with a terminal", "#!/bin/sh\nsocat -,ignoreeof EXEC:'"+app+"',pty,setsid,ctty\n"),
	}
}
