package main

import "golang.org/x/sys/unix"

// databaseCases must leave their files so that the next start needs no recovery.
func databaseCases() []Case {
	return append(postgresCases(), append(mariadbCases(), storeCases()...)...)
}

func postgresCases() []Case {
	const server = "/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main -c config_file=/etc/postgresql/15/main/postgresql.conf -c ssl=off"
	shutDown := runs("/usr/lib/postgresql/15/bin/pg_controldata /var/lib/postgresql/15/main | grep -q 'cluster state: *shut down$'", "not shut down, recovery needed")
	postgres := Case{
		Before:   []string{"install -d -o postgres -g postgres /run/postgresql"},
		Ready:    []Check{runs("su postgres -c \"psql -qAtc 'select 1'\"", "no answer yet")},
		Acts:     []Act{do("su postgres -c \"psql -qc 'create table kept as select 1'\"")},
		Evidence: []Check{logHas("database system is shut down", "no word of a shutdown"), shutDown},
		Stop:     unix.SIGINT,
	}
	with := func(style string, stop unix.Signal, command ...string) Case {
		c := postgres
		c.Subject, c.Style, c.Command, c.Stop = "postgres", style, command, stop
		return c
	}
	// The smart shutdown of SIGTERM lets clients finish; told to a backend it cuts them off.
	inFlight := with("SIGTERM with a transaction in flight", 0, "/bin/sh", "-c", "gosu postgres "+server+"; echo done")
	inFlight.Acts = []Act{
		background("su postgres -c \"psql -q -v ON_ERROR_STOP=1 -c 'begin' -c 'select pg_sleep(2)' -c 'create table kept as select 1' -c 'commit'\"", "transaction cut off"),
		until(runs("su postgres -c \"psql -qAtc 'select count(*) from pg_stat_activity where query = \\$\\$select pg_sleep(2)\\$\\$'\" | grep -q 1", "no transaction yet")),
	}
	daemon := script("postgres", "pg_ctl start, tail -f in front", "#!/bin/bash\nsu postgres -c \"/usr/lib/postgresql/15/bin/pg_ctl -w -D /var/lib/postgresql/15/main -l /out/pg.log -o '-c config_file=/etc/postgresql/15/main/postgresql.conf -c ssl=off' start\"\ntail -f /out/pg.log\n", postgres)
	daemon.Evidence = []Check{fileHas("/out/pg.log", "database system is shut down", "no word of a shutdown"), shutDown}
	service := script("postgres", "service start, sleep in front", "#!/bin/sh\nservice postgresql start\nsleep infinity\n", postgres)
	service.Stop, service.Evidence = 0, []Check{shutDown}
	return []Case{
		service,
		with("exec form, SIGINT", unix.SIGINT, append([]string{"gosu", "postgres"}, words(server)...)...),
		with("su behind sh -c, SIGINT", unix.SIGINT, "/bin/sh", "-c", "su postgres -c '"+server+"'; echo done"),
		script("postgres", "script, SIGINT", "#!/bin/bash\ngosu postgres "+server+"\n", postgres),
		inFlight,
		daemon,
	}
}

func mariadbCases() []Case {
	maria := Case{
		Before:   []string{"install -d -o mysql -g mysql /run/mysqld"},
		Ready:    []Check{runs("mariadb-admin ping 2>&1 | grep -q alive", "no answer yet")},
		Acts:     []Act{do("mariadb -e 'create database kept; create table kept.t (a int); insert into kept.t values (1)'")},
		Evidence: []Check{fileHas("/out/error.log", "Shutdown complete", "no word of a shutdown")},
	}
	const options = "--log-error=/out/error.log --user=mysql"
	with := func(style string, command ...string) Case {
		c := maria
		c.Subject, c.Style, c.Command = "mariadb", style, command
		return c
	}
	return []Case{
		with("exec form", append([]string{"mariadbd"}, words(options)...)...),
		with("sh -c with two commands", "/bin/sh", "-c", "mariadbd "+options+"; echo done"),
		script("mariadb", "service start, tail -f in front", "#!/bin/sh\nservice mariadb start\ntouch /out/started\ntail -f /dev/null\n", serviceStart(maria)),
		with("mysqld_safe", append([]string{"mysqld_safe"}, words(options)...)...),
		script("mariadb", "mysqld_safe in a script", "#!/bin/bash\nmysqld_safe "+options+"\necho done\n", maria),
	}
}

func storeCases() []Case {
	memcached := Case{Subject: "memcached", Style: "behind a script", Command: []string{"/bin/sh", "-c", "memcached -v -u nobody; echo done"},
		Ready: []Check{listens(11211)}, Evidence: []Check{logHas("Exiting normally", "no word of a shutdown")}}
	mqtt := Case{Subject: "mosquitto", Style: "behind sh -c", Command: []string{"/bin/sh", "-c", "mosquitto -c /srv/m.conf; echo done"},
		Files: map[string]string{"/srv/m.conf": "persistence true\npersistence_location /out/\nlistener 1883\nallow_anonymous true\nuser root\n"},
		Ready: []Check{listens(1883)}, Evidence: []Check{exists("/out/mosquitto.db", "store not saved")}}
	slapd := Case{Subject: "slapd", Style: "behind a script", Command: []string{"/bin/sh", "-c", "slapd -d 256 -h ldap://127.0.0.1 -u openldap -g openldap; echo done"},
		Before: []string{"install -d -o openldap -g openldap /run/slapd"}, Ready: []Check{listens(389)}, Evidence: []Check{logHas("slapd stopped.", "no word of a shutdown")}}
	etcd := Case{Subject: "etcd", Style: "behind sh -c", Command: []string{"/bin/sh", "-c", "etcd --data-dir /out/etcd; echo done"},
		Ready: []Check{logHas("ready to serve client requests", "not up")}, Evidence: []Check{logHas("shutting down", "never told")}}
	rabbit := Case{Subject: "rabbitmq", Style: "behind a script", Command: []string{"/bin/sh", "-c", "rabbitmq-server; echo done"},
		Files: map[string]string{"/etc/hosts": "127.0.0.1 localhost zoo\n"},
		Ready: []Check{logHas("completed with", "not up")}, Evidence: []Check{runs("cat /var/log/rabbitmq/*.log | grep -q 'msg_store_transient. is stopped'", "no word of a shutdown")}}
	return []Case{memcached, mqtt, slapd, etcd, rabbit}
}

// serviceStart is a MariaDB that the service script starts; it logs to nowhere, so its
// files must speak: another start finds nothing to recover.
func serviceStart(c Case) Case {
	const again = "mariadbd --user=mysql --bootstrap < /dev/null 2>&1"
	c.Ready = []Check{exists("/out/started", "not started")}
	c.Evidence = []Check{runs("! "+again+" | grep -q 'crash recovery'", "not shut down, recovery needed")}
	return c
}
