package main

// shell is one of the shells that images have as /bin/sh, or could.
type shell struct {
	name, shebang string
	argv          []string
}

func shells() []shell {
	return []shell{
		{"dash", "#!/bin/dash\n", []string{"/bin/dash", "-c"}},
		{"bash", "#!/bin/bash\n", []string{"/bin/bash", "-c"}},
		{"busybox ash", "#!/bin/busybox sh\n", []string{"/bin/busybox", "sh", "-c"}},
		{"yash", "#!/usr/bin/yash\n", []string{"/usr/bin/yash", "-c"}},
	}
}

// appCase is the zoo's plain application launched by a command.
func appCase(subject, style string, command ...string) Case {
	return Case{Subject: subject, Style: style, Command: command, Ready: []Check{up("app")}, Evidence: []Check{cleaned("app")}}
}

// shellCases are launch styles tried in every shell, and those of one shell alone.
func shellCases() []Case {
	var all []Case
	for _, sh := range shells() {
		all = append(all, plainStyles(sh)...)
		all = append(all, trapStyles(sh)...)
	}
	return append(all, bashStyles()...)
}

// plainStyles have no trap: the shell knows nothing of signals.
func plainStyles(sh shell) []Case {
	app := Case{Ready: []Check{up("app")}, Evidence: []Check{cleaned("app")}}
	inner := app
	inner.Files = map[string]string{"/inner.sh": sh.shebang + "/zoo/app app\necho inner done\n"}
	jobs := Case{Ready: []Check{up("cron", "a", "b", "c")}, Evidence: []Check{cleaned("cron", "a", "b", "c")}}
	daemon := Case{Ready: []Check{up("app", "daemon")}, Evidence: []Check{cleaned("app", "daemon")}}
	return []Case{
		appCase(sh.name, "-c with two commands", append(sh.argv, "/zoo/app app; echo done")...),
		script(sh.name, "script", sh.shebang+"echo starting\n/zoo/app app\necho done\n", app),
		script(sh.name, "script in script", sh.shebang+"/inner.sh\necho done\n", inner),
		script(sh.name, "background jobs", sh.shebang+
			"nohup /zoo/app cron clean=0.5 &\n/zoo/app a clean=2 &\n/zoo/app b clean=1 &\n/zoo/app c clean=0.2\n", jobs),
		script(sh.name, "background app, sleep in front", sh.shebang+"/zoo/app app &\nsleep infinity\n", app),
		script(sh.name, "daemon in its own session", sh.shebang+
			"(setsid /zoo/app daemon clean=1.5 >/dev/null 2>&1 &)\n/zoo/app app clean=0.3\necho done\n", daemon),
		script(sh.name, "restart loop", sh.shebang+"while true; do\n\t/zoo/app app\n\tsleep 0.1\ndone\n", app),
	}
}

// trapStyles have a trap, with all that people do in it.
func trapStyles(sh shell) []Case {
	app := Case{Ready: []Check{up("app")}, Evidence: []Check{cleaned("app")}}
	two := Case{Ready: []Check{up("a", "b")}, Evidence: []Check{cleaned("a", "b")}}
	trapped := app
	trapped.Evidence = []Check{cleaned("app"), exists("/out/trap", "the trap never ran")}
	code := app
	code.Evidence = []Check{cleaned("app"), exits(7)}
	return []Case{
		script(sh.name, "trap that kills and waits", sh.shebang+
			"/zoo/app a & a=$!\n/zoo/app b clean=1.5 & b=$!\ntrap 'kill $a $b; wait' TERM\nwait\n", two),
		script(sh.name, "trap, app in front", sh.shebang+"trap 'echo stopped > /out/trap' TERM\n/zoo/app app\necho done\n", trapped),
		script(sh.name, "trap, sleep loop in front", sh.shebang+
			"/zoo/app app & pid=$!\ntrap 'kill $pid; wait $pid; exit 0' TERM\nwhile :; do sleep 1; done\n", app),
		script(sh.name, "trap, tail -f in front", sh.shebang+
			"/zoo/app app & pid=$!\ntrap 'kill $pid; wait $pid; exit 0' TERM\ntail -f /dev/null\n", app),
		script(sh.name, "trap that forgets its children", sh.shebang+"/zoo/app app &\ntrap 'exit 0' TERM\nwait\n", app),
		script(sh.name, "trap, wait twice for the exit code", sh.shebang+
			"/zoo/app app exit=7 & pid=$!\ntrap 'kill -TERM $pid' TERM INT\nwait $pid\ntrap - TERM INT\nwait $pid\nexit $?\n", code),
		script(sh.name, "trap sets a flag, restart loop", sh.shebang+
			"trap 'stop=1' TERM\nwhile [ -z \"$stop\" ]; do /zoo/app app; done\ntouch /out/trap\n", trapped),
		script(sh.name, "trap stops a daemon by its pid file", sh.shebang+
			"start-stop-daemon --start --background --make-pidfile --pidfile /run/app.pid --startas /zoo/app -- app\n"+
			"trap 'start-stop-daemon --stop --retry 8 --pidfile /run/app.pid; exit 0' TERM\nwhile :; do sleep 1; done\n", app),
	}
}

// bashStyles need what dash and busybox do not have, or are one of a kind.
func bashStyles() []Case {
	app := Case{Ready: []Check{up("app")}, Evidence: []Check{cleaned("app")}}
	two := Case{Ready: []Check{up("a", "b")}, Evidence: []Check{cleaned("a", "b")}}
	exitTrap := app
	exitTrap.Evidence = []Check{cleaned("app"), exists("/out/trap", "the exit trap never ran")}
	code := appCase("bash", "-c app, exit code 3", "/bin/bash", "-c", "/zoo/app app exit=3")
	code.Evidence = append(code.Evidence, exits(3))
	scriptCode := script("dash", "script ends in exec, exit code 0", "#!/bin/sh\nexport A=1\nexec /zoo/app app\n", app)
	scriptCode.Evidence = append([]Check{exits(0)}, scriptCode.Evidence...)
	return []Case{
		code,
		scriptCode,
		appCase("bash", "sh in sh in sh", "/bin/sh", "-c", "sh -c 'sh -c \"/zoo/app app; true\"; true'; true"),
		script("bash", "subshell in a function", "#!/bin/bash\nserve() { ( cd /tmp; /zoo/app app; true ); echo done; }\nserve\n", app),
		script("bash", "job control", "#!/bin/bash\nset -m\n/zoo/app a &\n/zoo/app b clean=1.5\nfg\n", two),
		script("bash", "wait -n", "#!/bin/bash\n/zoo/app a &\n/zoo/app b clean=2 &\nwait -n\nexit $?\n", two),
		script("bash", "trap on EXIT only", "#!/bin/bash\ntrap 'touch /out/trap' EXIT\n/zoo/app app\n", exitTrap),
		script("bash", "trap that ignores", "#!/bin/bash\ntrap '' TERM\n/zoo/app app\n", app),
		script("bash", "trap kills jobs -p", "#!/bin/bash\n/zoo/app a &\n/zoo/app b clean=1.5 &\ntrap 'kill $(jobs -p); wait' EXIT\ntrap 'exit 0' TERM INT\nwait\n", two),
		script("bash", "trap kills its own group", "#!/bin/bash\ntrap 'trap - TERM; kill -- -$$; wait' TERM\n/zoo/app a &\n/zoo/app b clean=1.5 &\nwait\n", two),
		script("dash", "until it works", "#!/bin/sh\nuntil /zoo/app app exit=1; do\n\techo crashed\n\tsleep 0.1\ndone\n", app),
		appCase("dash", "script on standard input", "/bin/sh", "-c", "printf '/zoo/app app\\necho done\\n' | sh"),
		appCase("bash", "read loop", "/bin/bash", "-c", "while read -r name; do /zoo/app $name; done <<< app"),
		script("bash", "coprocess", "#!/bin/bash\ncoproc /zoo/app a >&2\n/zoo/app b\nwait\n", two),
		appCase("bash", "interactive", "/bin/bash", "-ic", "/zoo/app app; echo done"),
		script("dash", "sleep in the background, wait", "#!/bin/sh\n/zoo/app app &\nsleep infinity &\nwait\n", app),
		plainUser("dash", "script as a plain user", "#!/bin/sh\n/zoo/app app\necho done\n", app),
		plainUser("bash", "trap, app in front, as a plain user", "#!/bin/bash\ntrap 'touch /out/trap' TERM\n/zoo/app app\n", exitTrap),
		plainUser("dash", "trap, sleep loop in front, as a plain user", "#!/bin/sh\n/zoo/app app & pid=$!\ntrap 'kill $pid; wait $pid; exit 0' TERM\nwhile :; do sleep 1; done\n", app),
		script("zsh", "script", "#!/bin/zsh\n/zoo/app app\necho done\n", app),
		script("zsh", "trap that kills and waits", "#!/bin/zsh\n/zoo/app app & pid=$!\ntrap 'kill $pid; wait $pid; exit 0' TERM\nwait $pid\n", app),
		script("mksh", "script", "#!/bin/mksh\n/zoo/app app\necho done\n", app),
		script("mksh", "trap that kills and waits", "#!/bin/mksh\n/zoo/app app & pid=$!\ntrap 'kill $pid; wait $pid; exit 0' TERM\nwait $pid\n", app),
		script("tcsh", "script", "#!/bin/tcsh\n/zoo/app app\necho done\n", app),
	}
}

// plainUser is a script in a container that runs as a user without any privilege.
func plainUser(subject, style, body string, rest Case) Case {
	rest.User = 65534
	return script(subject, style, body, rest)
}
