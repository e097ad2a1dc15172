package main

// daemonCases are small daemons beside or behind something, and those that double-fork.
func daemonCases() []Case {
	app := Case{Ready: []Check{up("app")}, Evidence: []Check{cleaned("app")}}
	said := func(subject, style, line string, port int, text string) Case {
		c := Case{Subject: subject, Style: style, Command: []string{"/bin/sh", "-c", line}, Evidence: []Check{logHas(text, "no word of a shutdown")}}
		if port != 0 {
			c.Ready = []Check{listens(port)}
		}
		return c
	}
	unbound := said("unbound", "behind sh -c", "unbound -d -c /srv/u.conf; echo done", 53, "service stopped")
	unbound.Files = map[string]string{"/srv/u.conf": "server:\n  interface: 127.0.0.1\n  use-syslog: no\n  verbosity: 1\n  username: \"\"\n  chroot: \"\"\n  pidfile: \"\"\nremote-control:\n  control-enable: no\n"}
	dnsmasq := said("dnsmasq", "behind sh -c", "dnsmasq -k -u root --log-facility=- --no-resolv; echo done", 53, "exiting on receipt of SIGTERM")
	rsyslog := said("rsyslog", "behind sh -c", "rsyslogd -n -i /out/r.pid -f /srv/r.conf; echo done", 0, "")
	rsyslog.Files = map[string]string{"/srv/r.conf": "module(load=\"imuxsock\")\n*.* /out/syslog\n"}
	rsyslog.Ready, rsyslog.Evidence = []Check{fileHas("/out/syslog", "start", "not started")}, []Check{absent("/out/r.pid", "pid file left behind")}
	agents := app
	agents.Evidence = []Check{cleaned("app"), runs("! ls /tmp/ssh-*/agent.* 2>/dev/null", "ssh-agent left its socket")}
	atCron := app
	return []Case{
		unbound,
		dnsmasq,
		rsyslog,
		script("cron", "cron && app", "#!/bin/sh\ncron && /zoo/app app\n", atCron),
		script("cron", "cron -f behind a script, app beside", "#!/bin/bash\n/zoo/app app &\ncron -f\n", app),
		script("agents", "ssh-agent and gpg-agent, then the app", "#!/bin/bash\neval $(ssh-agent)\ngpg-agent --daemon\n/zoo/app app\n", agents),
	}
}
