package main

// wrapperCases put a program in front of the application that sets one thing and becomes it, or
// stays and watches it.
func wrapperCases() []Case {
	app := []string{"/zoo/app", "app", half}
	wrap := func(style string) Case { return appOwn("wrapper", style, append(words(style), app...)...) }
	shell := func(style string) Case {
		return appOwn("wrapper", style+" behind sh -c", "/bin/sh", "-c", style+" /zoo/app app "+half+"; echo done")
	}
	envdir := wrap("envdir /srv/env")
	envdir.Files = map[string]string{"/srv/env/A": "b\n"}
	return append(loggerCases(),
		wrap("s6-setuidgid nobody"), shell("s6-setuidgid nobody"),
		wrap("setuidgid nobody"), envdir, wrap("softlimit -o 100"),
		wrap("ionice -c 2 -n 7"), shell("ionice -c 2 -n 7"),
		wrap("chrt --batch 0"), shell("chrt --batch 0"),
		wrap("taskset -c 0"), shell("taskset -c 0"),
		wrap("numactl --localalloc"), shell("numactl --localalloc"),
		wrap("eatmydata"), wrap("authbind --deep"), wrap("rlwrap"), wrap("chronic"),
		wrap("cpulimit -z -f -l 90 --"), shell("cpulimit -z -f -l 90 --"),
	)
}

// loggerCases send the log to a syslog daemon, whose socket the reader of the pipe is connected to.
func loggerCases() []Case {
	const app = "/zoo/app app " + half + " 2>&1 | logger -u /dev/log -t app"
	const daemon = "rsyslogd -i /run/r.pid -f /srv/r.conf\nuntil [ -S /dev/log ]; do sleep 0.05; done\n"
	const beside = "rsyslogd -n -i /run/r.pid -f /srv/r.conf &\nuntil [ -S /dev/log ]; do sleep 0.05; done\n"
	last := fileHas("/out/syslog", "app: cleaned", "the last log line is lost")
	logged := func(style, body string) Case {
		return withFile(quick("logger", style, body, last), "/srv/r.conf", "module(load=\"imuxsock\" SysSock.RateLimit.Interval=\"0\")\n*.* /out/syslog\n")
	}
	return []Case{
		logged("rsyslogd as a daemon, app | logger", "#!/bin/sh\n"+daemon+app+"\n"),
		logged("rsyslogd &, app | logger", "#!/bin/sh\n"+beside+app+"\n"),
		logged("rsyslogd &, app | logger, bash", "#!/bin/bash\n"+beside+app+"\necho done\n"),
		logged("rsyslogd &, exec > >(logger), exec app", "#!/bin/bash\n"+beside+"exec > >(logger -u /dev/log -t app) 2>&1\nexec /zoo/app app "+half+"\n"),
	}
}
