package main

import "golang.org/x/sys/unix"

// supervisorCases stop their own workers, each in its way: they alone are to be told.
func supervisorCases() []Case {
	return append(supervisordCases(), serviceCases()...)
}

// supervisordConfig has one program that wants SIGUSR1 and quits hard on SIGTERM, and
// more lines for it.
func supervisordConfig(daemon, program string) string {
	return `[supervisord]
nodaemon=` + map[bool]string{true: "false", false: "true"}[daemon == "daemon"] + `
user=root
logfile=/out/supervisord.log
pidfile=/run/supervisord.pid
[program:app]
` + program + "\n"
}

func supervisordCases() []Case {
	const quiet = "command=/zoo/app app on=USR1 hard=TERM,INT,QUIT\nstopsignal=USR1\nstopwaitsecs=9"
	const group = "command=/bin/sh -c '/zoo/app app patient >/out/log; echo done'\nstopasgroup=true\nkillasgroup=true"
	const twoPrograms = "command=/zoo/app app\npriority=2\n[program:b]\ncommand=/zoo/app b clean=2\npriority=1"
	base := func(style, config string, command ...string) Case {
		return Case{
			Subject: "supervisord", Style: style, Command: command,
			Files: map[string]string{"/etc/app.conf": config}, Ready: []Check{up("app")},
			Evidence: []Check{cleaned("app"), fileHas("/out/supervisord.log", "stopped: app", "supervisord did not stop it")},
		}
	}
	supervisord := []string{"/usr/bin/supervisord", "-c", "/etc/app.conf"}
	exec := base("stopsignal of its own", supervisordConfig("", quiet), supervisord...)
	shell := base("behind sh -c", supervisordConfig("", quiet), "/bin/sh", "-c", "/usr/bin/supervisord -c /etc/app.conf; echo done")
	start := base("behind a script in a script", supervisordConfig("", quiet), "/start.sh")
	start.Files["/start.sh"] = "#!/bin/sh\n/inner.sh\n"
	start.Files["/inner.sh"] = "#!/bin/bash\n/usr/bin/supervisord -n -c /etc/app.conf\necho done\n"
	asGroup := base("stopasgroup", supervisordConfig("", group), supervisord...)
	asGroup.Evidence = []Check{exists("/out/app.cleaned", "app killed in its cleanup")}
	daemon := base("as a daemon, tail -f in front", supervisordConfig("daemon", quiet), "/start.sh")
	daemon.Files["/start.sh"] = "#!/bin/sh\n/usr/bin/supervisord -c /etc/app.conf\ntail -f /out/supervisord.log\n"
	sequence := base("two programs, one after the other", supervisordConfig("", twoPrograms), supervisord...)
	sequence.Ready, sequence.Evidence = []Check{up("app", "b")}, []Check{cleaned("app", "b")}
	shellApp := base("program is sh -c with two commands", supervisordConfig("", "command=/bin/sh -c '/zoo/app app >/out/log; echo done'"), supervisord...)
	shellApp.Evidence = []Check{cleaned("app")}
	return []Case{exec, shell, start, asGroup, daemon, sequence, shellApp}
}

// serviceCases are the process supervisors that images use instead.
func serviceCases() []Case {
	run := "#!/bin/sh\nexec /zoo/app app 2>&1\n"
	ready, told := []Check{up("app")}, []Check{cleaned("app")}
	runit := Case{Subject: "runit", Style: "runsvdir, SIGHUP", Command: []string{"runsvdir", "/srv/sv"}, Stop: unix.SIGHUP,
		Files: map[string]string{"/srv/sv/app/run": run}, Ready: ready, Evidence: told}
	runitTerm := runit
	runitTerm.Style, runitTerm.Stop = "runsvdir, SIGTERM", 0
	runitShell := runit
	runitShell.Style, runitShell.Command = "runsvdir behind sh -c, SIGHUP", []string{"/bin/sh", "-c", "runsvdir /srv/sv; echo done"}
	s6 := Case{Subject: "s6", Style: "s6-svscan", Command: []string{"s6-svscan", "/srv/s6"},
		Files: map[string]string{"/srv/s6/app/run": run}, Ready: ready, Evidence: told}
	s6Shell := s6
	s6Shell.Style, s6Shell.Command = "s6-svscan behind a script", []string{"/bin/sh", "-c", "s6-svscan /srv/s6; echo done"}
	supervise := Case{Subject: "daemontools", Style: "svscan", Command: []string{"svscan", "/srv/sv"},
		Files: map[string]string{"/srv/sv/app/run": run}, Ready: ready, Evidence: told}
	foreman := Case{Subject: "foreman", Style: "exec form", Command: []string{"foreman", "start", "-f", "/srv/Procfile", "-t", "9"},
		Files: map[string]string{"/srv/Procfile": "web: /zoo/app app\nworker: /zoo/app b clean=2\n"},
		Ready: []Check{up("app", "b")}, Evidence: []Check{cleaned("app", "b")}}
	foremanShell := foreman
	foremanShell.Style, foremanShell.Command = "behind sh -c", []string{"/bin/sh", "-c", "foreman start -f /srv/Procfile -t 9; echo done"}
	monit := Case{Subject: "monit", Style: "exec form, a daemon it started", Command: []string{"monit", "-I", "-c", "/srv/monitrc"},
		Files:  map[string]string{"/srv/monitrc": "set daemon 1 with start delay 0\ncheck process app with pidfile /run/app.pid\n  start program = \"/sbin/start-stop-daemon --start --background --make-pidfile --pidfile /run/app.pid --startas /zoo/app -- app\"\n"},
		Before: []string{"chmod 700 /srv/monitrc"}, Ready: ready, Evidence: told}
	return []Case{runit, runitTerm, runitShell, s6, s6Shell, supervise, foreman, foremanShell, monit}
}
