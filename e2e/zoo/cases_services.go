package main

import "golang.org/x/sys/unix"

// serviceLogCases are supervisors of runit's kind that have a log service, stand alone, or are stopped by
// a trap that has their client do it.
func serviceLogCases() []Case {
	const run = "#!/bin/sh\nexec 2>&1\nexec /zoo/app app " + half + "\n"
	plain := Case{Files: map[string]string{"/srv/sv/app/run": run}, Ready: []Check{up("app")}, Own: 1, Evidence: []Check{cleaned("app")}}
	logging := withFile(plain, "/srv/sv/app/log/run", "#!/bin/sh\nexec svlogd -tt /out/d\n")
	logging.Before = []string{"mkdir -p /out/d"}
	logging.Evidence = []Check{cleaned("app"), fileHas("/out/d/current", "app: cleaned", "the last log line is lost")}
	s6 := withFile(logging, "/srv/sv/app/log/run", "#!/bin/sh\nexec s6-log t /out/d\n")
	with := func(c Case, style string, stop unix.Signal, command ...string) Case {
		c.Subject, c.Style, c.Stop, c.Command = "service", style, stop, command
		return c
	}
	return []Case{
		with(plain, "trap sv force-stop, runsvdir &, wait", 0, "/bin/bash", "-c", "trap 'sv -w 9 force-stop /srv/sv/*; kill -HUP $p; wait $p; exit 0' TERM; runsvdir /srv/sv & p=$!; wait $p"),
		with(plain, "runsv", 0, "runsv", "/srv/sv/app"),
		with(plain, "s6-supervise", 0, "s6-supervise", "/srv/sv/app"),
		with(logging, "runsvdir, a log service, SIGHUP", unix.SIGHUP, "runsvdir", "/srv/sv"),
		with(logging, "runsvdir, a log service", 0, "runsvdir", "/srv/sv"),
		with(logging, "runsvdir -P, a log service, behind sh -c", 0, "/bin/sh", "-c", "runsvdir -P /srv/sv; true"),
		with(logging, "svscan, a log service", 0, "svscan", "/srv/sv"),
		with(s6, "s6-svscan, a log service", 0, "s6-svscan", "/srv/sv"),
		with(s6, "s6-svscan, a log service, behind sh -c", 0, "/bin/sh", "-c", "s6-svscan /srv/sv; true"),
	}
}
