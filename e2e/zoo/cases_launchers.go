package main

// launcherCases put a program between the init and the application that changes the
// user, the priority, the terminal or the environment.
func launcherCases() []Case {
	launch := func(style string, command ...string) Case { return appCase("launcher", style, command...) }
	// timeout tells its child and then its whole group, by itself.
	timeout := launch("timeout", "timeout", "1d", "/zoo/app", "app", "patient")
	patient := func(c *Cell) error {
		if count(c, "app", "cleaned") == 0 {
			return cleaned("app")(c)
		}
		return nil
	}
	timeout.Evidence = []Check{patient}
	makefile := launch("make, one command", "make", "-C", "/srv/app", "run")
	makefile.Files = map[string]string{"/srv/app/Makefile": "run:\n\t/zoo/app app\n"}
	recipe := launch("make, two commands", "make", "-C", "/srv/app", "run")
	recipe.Files = map[string]string{"/srv/app/Makefile": "run:\n\t@echo serving; /zoo/app app; echo done\n"}
	jobs := bothOf("make -j2", "make", "-j2", "-C", "/srv/app", "a", "b")
	jobs.Files = map[string]string{"/srv/app/Makefile": "a:\n\t/zoo/app a\nb:\n\t@echo b; /zoo/app b clean=1.5; true\n.PHONY: a b\n"}
	daemonize := script("launcher", "daemonize, tail -f in front", "#!/bin/sh\ndaemonize /zoo/app app\ntail -f /dev/null\n",
		Case{Ready: []Check{up("app")}, Evidence: []Check{cleaned("app")}})
	return []Case{
		launch("env", "env", "A=b", "/zoo/app", "app"),
		launch("nice and nohup", "nice", "-n", "5", "nohup", "/zoo/app", "app"),
		timeout,
		launch("flock", "flock", "/tmp/lock", "/zoo/app", "app"),
		launch("xargs", "/bin/sh", "-c", "echo app | xargs /zoo/app"),
		launch("find -exec", "find", "/zoo/app", "-exec", "{}", "app", ";"),
		launch("su", "su", "nobody", "-s", "/bin/sh", "-c", "/zoo/app app"),
		launch("su, two commands", "su", "nobody", "-s", "/bin/bash", "-c", "/zoo/app app; echo done"),
		launch("su behind a script", "/bin/sh", "-c", "su nobody -s /bin/sh -c '/zoo/app app'; echo done"),
		launch("runuser", "runuser", "-u", "nobody", "--", "/zoo/app", "app"),
		launch("setpriv", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/zoo/app", "app"),
		launch("gosu behind sh -c", "/bin/sh", "-c", "gosu nobody /zoo/app app; echo done"),
		launch("sudo", "sudo", "-u", "nobody", "/zoo/app", "app"),
		launch("sudo sh -c, two commands", "sudo", "-u", "nobody", "sh", "-c", "/zoo/app app; echo done"),
		launch("script -c", "script", "-qec", "/zoo/app app", "/dev/null"),
		launch("unbuffer", "unbuffer", "/zoo/app", "app"),
		launch("setsid --wait", "setsid", "--wait", "/zoo/app", "app"),
		launch("setsid behind sh -c", "/bin/sh", "-c", "setsid --wait /zoo/app app; echo done"),
		launch("stdbuf and time", "/bin/bash", "-c", "time stdbuf -oL /zoo/app app"),
		launch("chpst", "chpst", "-u", "nobody", "/zoo/app", "app"),
		launch("start-stop-daemon", "start-stop-daemon", "--start", "--chuid", "nobody", "--pidfile", "/run/none.pid", "--startas", "/zoo/app", "--", "app"),
		launch("dbus-run-session", "dbus-run-session", "--", "/zoo/app", "app"),
		launch("xvfb-run", "xvfb-run", "-a", "/zoo/app", "app"),
		launch("ssh-agent", "ssh-agent", "/zoo/app", "app"),
		launch("faketime", "faketime", "1 day ago", "/zoo/app", "app"),
		launch("parallel", "parallel", "--will-cite", "-j2", "-u", "--termseq", "TERM,9000,KILL,25", "/zoo/app", ":::", "app"),
		launch("busybox timeout", "/bin/busybox", "timeout", "86400", "/zoo/app", "app"),
		bothOf("xargs -P2", "/bin/sh", "-c", "printf 'a\nb\n' | xargs -P2 -n1 /zoo/app"),
		bothOf("parallel shells", "/bin/bash", "-c", "(/zoo/app a; true) & (/zoo/app b clean=1.5; true) & wait"),
		jobs,
		daemonize,
		makefile,
		recipe,
	}
}

// bothOf is a launcher with two applications below it.
func bothOf(style string, command ...string) Case {
	return Case{Subject: "launcher", Style: style, Command: command, Ready: []Check{up("a", "b")}, Evidence: []Check{cleaned("a", "b")}}
}
