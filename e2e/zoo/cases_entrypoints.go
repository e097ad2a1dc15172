package main

import "golang.org/x/sys/unix"

// entrypointCases are the database images' way to start: a script fills the database by a server
// of its own, stops that, and becomes the one that stays.
func entrypointCases() []Case {
	return append(postgresEntrypoint(), mariadbEntrypoint()...)
}

// postgresEntrypoint starts again as its user, as the image's does.
func postgresEntrypoint() []Case {
	const begin = `#!/bin/bash
set -e
export PGDATA=/out/db PATH=$PATH:/usr/lib/postgresql/15/bin
if [ "$(id -u)" = 0 ]; then
  install -d -o postgres -m 700 $PGDATA
  install -d -o postgres /run/postgresql
  exec gosu postgres "$0" "$@"
fi
initdb --no-sync -A trust > /dev/null
pg_ctl -w -o "-c listen_addresses=''" start
psql -qc 'create table kept as select 1'
`
	const rest = "pg_ctl -m fast -w stop\ntouch /out/filled\nexec \"$@\"\n"
	shutDown := runs("/usr/lib/postgresql/15/bin/pg_controldata /out/db | grep -q 'cluster state: *shut down$'", "not shut down, recovery needed")
	with := func(style string, stop unix.Signal, body string, ready Check, command ...string) Case {
		return Case{
			Subject: "entrypoint", Style: style, Stop: stop, Command: command, Ready: []Check{ready}, Own: 0.5,
			Files: map[string]string{"/entrypoint.sh": body}, Evidence: []Check{shutDown},
		}
	}
	serves := runs("[ -e /out/filled ] && su postgres -c \"psql -qAtc 'select 1'\"", "no answer yet")
	return []Case{
		with("postgres, SIGINT", unix.SIGINT, begin+rest, serves, "/entrypoint.sh", "postgres"),
		with("postgres, SIGTERM", 0, begin+rest, serves, "/entrypoint.sh", "postgres"),
		with("postgres behind sh -c, SIGINT", unix.SIGINT, begin+rest, serves, "/bin/sh", "-c", "/entrypoint.sh postgres; echo done"),
		with("postgres, while it is filled, SIGTERM", 0, begin+"touch /out/filling\nsleep 30\n"+rest, exists("/out/filling", "not yet"), "/entrypoint.sh", "postgres"),
	}
}

// mariadbEntrypoint has the server that fills the database in the background.
func mariadbEntrypoint() []Case {
	const begin = `#!/bin/bash
set -e
install -d -o mysql /run/mysqld /out/db
mariadb-install-db --user=mysql --datadir=/out/db --skip-test-db > /dev/null
gosu mysql "$@" --skip-networking --log-error=/out/first.log &
p=$!
until mariadb -e 'select 1' > /dev/null 2>&1; do sleep 0.1; done
mariadb -e 'create database kept; create table kept.t (a int)'
`
	const rest = "kill $p\nwait $p\ntouch /out/filled\nexec gosu mysql \"$@\"\n"
	const server = "mariadbd --datadir=/out/db --log-error=/out/error.log"
	with := func(style, body, log string, ready Check, command ...string) Case {
		return Case{
			Subject: "entrypoint", Style: style, Command: command, Ready: []Check{ready}, Own: 1,
			Files: map[string]string{"/entrypoint.sh": body}, Evidence: []Check{fileHas(log, "Shutdown complete", "no word of a shutdown")},
		}
	}
	serves := runs("[ -e /out/filled ] && mariadb-admin ping 2>&1 | grep -q alive", "no answer yet")
	return []Case{
		with("mariadb", begin+rest, "/out/error.log", serves, append([]string{"/entrypoint.sh"}, words(server)...)...),
		with("mariadb behind sh -c", begin+rest, "/out/error.log", serves, "/bin/sh", "-c", "/entrypoint.sh "+server+"; echo done"),
		with("mariadb, while it is filled", begin+"touch /out/filling\nsleep 30\n"+rest, "/out/first.log", exists("/out/filling", "not yet"), append([]string{"/entrypoint.sh"}, words(server)...)...),
		script("entrypoint", "mysqld_safe &, wait", "#!/bin/bash\ninstall -d -o mysql /run/mysqld\nmysqld_safe --user=mysql --log-error=/out/error.log &\nuntil mariadb-admin ping; do sleep 0.1; done\ntouch /out/filled\nwait\n",
			Case{Ready: []Check{exists("/out/filled", "not yet")}, Own: 1, Evidence: []Check{fileHas("/out/error.log", "Shutdown complete", "no word of a shutdown")}}),
	}
}
