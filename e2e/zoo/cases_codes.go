package main

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// codeCases look at what reaches the application besides the stop, and at what comes
// back: a reload on its way down, an exit code on its way up.
func codeCases() []Case { return append(reloadCases(), append(exitCases(), signalCases()...)...) }

func reloadCases() []Case {
	reload := func(style string, sig unix.Signal, command ...string) Case {
		name := unix.SignalName(sig)[3:]
		c := appOwn("reload", name+", "+style, append(command, "/zoo/app", "app", "reload="+name, "patient", half)...)
		c.Acts = []Act{signalInit(sig), expects(exists("/out/app.reloaded", "not reloaded"), name+" did not reload")}
		return c
	}
	// line has the application within a word of its command line.
	line := func(style string, sig unix.Signal, format string, command ...string) Case {
		c := reload(style, sig)
		c.Command = append(command, fmt.Sprintf(format, "/zoo/app app reload="+unix.SignalName(sig)[3:]+" "+half))
		return c
	}
	su := words("su nobody -s /bin/sh -c")
	return []Case{
		line("su -c", unix.SIGHUP, "%s", su...),
		line("su -c, two commands", unix.SIGHUP, "%s; true", su...),
		line("su -c", unix.SIGUSR1, "%s", su...),
		line("sh -c su", unix.SIGHUP, `su nobody -s /bin/sh -c "%s"; true`, "/bin/sh", "-c"),
		line("sh -c su", unix.SIGUSR2, `su nobody -s /bin/sh -c "%s"; true`, "/bin/sh", "-c"),
		line("bash -c runuser", unix.SIGHUP, `runuser -u nobody -- %s; true`, "/bin/bash", "-c"),
		line("sh -c", unix.SIGHUP, "%s; true", "/bin/sh", "-c"),
		reload("runuser -u", unix.SIGHUP, words("runuser -u nobody --")...),
		reload("runuser -u", unix.SIGUSR1, words("runuser -u nobody --")...),
		reload("gosu", unix.SIGHUP, "gosu", "nobody"),
		reload("timeout", unix.SIGHUP, "timeout", "1h"),
		reload("setpriv", unix.SIGHUP, words("setpriv --reuid=65534 --regid=65534 --clear-groups")...),
		reload("sudo", unix.SIGUSR1, words("sudo -u nobody")...),
		reload("tini", unix.SIGHUP, "tini", "--"),
		line("tini -- sh -c", unix.SIGHUP, "%s; true", "tini", "--", "sh", "-c"),
	}
}

// exitCases end with 7 after their cleanup, and so must the container.
func exitCases() []Case {
	const app = "/zoo/app app exit=7 patient " + half
	seven := func(style string, command ...string) Case {
		return Case{
			Subject: "exit 7", Style: style, Command: command, Own: 0.5, Ready: []Check{up("app")},
			Evidence: []Check{exists("/out/app.cleaned", "app killed in its cleanup"), exits(7)},
		}
	}
	launch := func(launcher string) Case { return seven(launcher, words(launcher+" "+app)...) }
	shell := func(launcher string) Case {
		return seven(launcher+" sh -c", append(words(launcher), "sh", "-c", app)...)
	}
	doas := withFile(launch("doas -u nobody"), "/etc/doas.conf", "permit nopass root\n")
	return []Case{
		doas,
		seven("su -c", "su", "nobody", "-s", "/bin/sh", "-c", app),
		seven("sh -c su -c", "sh", "-c", "su nobody -s /bin/sh -c '"+app+"'; exit $?"),
		seven("sh -c", "sh", "-c", app+"; exit $?"),
		launch("runuser -u nobody --"), launch("timeout 1h"), launch("gosu nobody"), launch("sudo -u nobody"),
		launch("env A=b"), launch("nice -n 5"), launch("setsid --wait"), launch("flock /tmp/lock"), launch("tini --"), launch("dumb-init"),
		launch("catatonit --"), launch("strace -f -o /dev/null"), launch("dbus-run-session --"),
		shell("timeout 1h"), shell("tini --"), shell("dumb-init"), shell("catatonit --"), shell("runuser -u nobody --"), shell("setpriv --reuid=65534 --clear-groups --regid=65534"),
		seven("script -e", "script", "-qec", app, "/dev/null"),
	}
}

// signalCases are shells whose trap is for the image's stop signal, whichever it is.
func signalCases() []Case {
	trapped := func(style string, stop unix.Signal, argv ...string) Case {
		name := unix.SignalName(stop)
		line := `trap "exit 0" ` + name[3:] + `; touch /out/trap; while true; do sleep 1; done`
		return Case{
			Subject: name, Style: style + "trap exit 0, sleep loop", Stop: stop, Own: 1, Command: append(argv, line),
			Ready: []Check{exists("/out/trap", "no trap yet")}, Evidence: []Check{exits(0)},
		}
	}
	python := Case{
		Subject: "SIGINT", Style: "Python, KeyboardInterrupt", Stop: unix.SIGINT, Own: 0.1,
		Command: []string{"python3", "-c", "import time\ntry:\n  open('/out/up', 'w')\n  time.sleep(1e6)\nexcept KeyboardInterrupt: pass"},
		Ready:   []Check{exists("/out/up", "not up")}, Evidence: []Check{exits(0)},
	}
	loop := quick("SIGINT", "bash, restart loop without a trap", "#!/bin/bash\nwhile true; do /zoo/app app patient "+half+"; done\n")
	loop.Stop, loop.Evidence = unix.SIGINT, []Check{exists("/out/app.cleaned", "app killed in its cleanup")}
	return []Case{
		loop,
		trapped("", unix.SIGINT, "/bin/sh", "-c"), trapped("bash, ", unix.SIGINT, "/bin/bash", "-c"), trapped("busybox ash, ", unix.SIGINT, "/bin/busybox", "sh", "-c"),
		trapped("zsh, ", unix.SIGINT, "/bin/zsh", "-c"), trapped("mksh, ", unix.SIGINT, "/bin/mksh", "-c"),
		trapped("", unix.SIGQUIT, "/bin/sh", "-c"), trapped("", unix.SIGUSR1, "/bin/sh", "-c"), trapped("", unix.SIGHUP, "/bin/sh", "-c"),
		python,
	}
}
