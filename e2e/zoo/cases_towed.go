package main

// towCases have shells between the application and who started all of it: a launcher with a
// terminal, or with a namespace.
func towCases() []Case {
	const app = "/zoo/app app " + half
	launch := func(style string, command ...string) Case { return appOwn("behind", style, command...) }
	admin := func(c Case) Case {
		c.Admin = true
		return c
	}
	return []Case{
		launch("script -c sh -c", "script", "-qefc", "sh -c '"+app+"; true'", "/dev/null"),
		launch("script -c, three shells", "script", "-qefc", "sh -c \"sh -c '"+app+"; true'; true\"; true", "/dev/null"),
		launch("trap, script -c in front", "/bin/bash", "-c", "trap 'touch /out/trap' TERM; script -qefc '"+app+"' /dev/null; true"),
		launch("expect, spawn, two shells", "expect", "-c", "set timeout -1; spawn -noecho sh -c {sh -c '"+app+"; true'; true}; expect eof; wait"),
		launch("expect, trap passes it on", "expect", "-c", "set timeout -1; spawn -noecho "+app+"; trap {exec kill [exp_pid]} SIGTERM; expect eof; wait"),
		admin(launch("unshare --pid --fork, two shells", "unshare", "--pid", "--fork", "sh", "-c", "sh -c '"+app+"; true'; true")),
		admin(launch("bwrap --unshare-pid, two shells", "bwrap", "--dev-bind", "/", "/", "--unshare-pid", "sh", "-c", "sh -c '"+app+"; true'; true")),
		launch("dumb-init --rewrite behind sh -c", "/bin/sh", "-c", "dumb-init --rewrite 15:10 "+app+" on=USR1 hard=TERM; true"),
		launch("tini in tini in dumb-init", append(words("tini -s -- tini -s -- dumb-init"), words(app)...)...),
	}
}
