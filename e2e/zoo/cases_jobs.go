package main

// jobCases are shells whose trap tells their background job: whether a child is a job
// or the foreground command must not hang on marks that set -m, a redirection or the
// child's runtime change.
func jobCases() []Case {
	all := append(passCases(), parentJobCases()...)
	const fifo = "mkfifo /tmp/p\ncat /tmp/p & /zoo/app app " + half + " log=/tmp/p; true\n"
	last := logHas("app: cleaned", "the last log line is lost")
	return append(all,
		quick("jobs", "cat fifo &, app into it", "#!/bin/sh\n"+fifo, last),
		quick("jobs", "cat fifo &, app into it, bash", "#!/bin/bash\n"+fifo, last),
		quick("jobs", "cat fifo &, app into it, busybox ash", "#!/bin/busybox sh\n"+fifo, last),
		quick("jobs", "cat fifo &, exec app into it", "#!/bin/sh\nmkfifo /tmp/p\ncat /tmp/p & exec /zoo/app app "+half+" log=/tmp/p\n"),
		quick("jobs", "sed from a fifo &, app into it", "#!/bin/bash\nmkfifo /tmp/p\nsed -u s/^/log:/ < /tmp/p & /zoo/app app "+half+" > /tmp/p; true\n", last),
	)
}

// passCases pass the signal on to the job and wait for it, in every shell and way.
func passCases() []Case {
	const app = "/zoo/app app " + half
	const pass = "p=$!\ntrap 'kill -TERM $p' TERM\nwait $p\nwait $p\n"
	const loop = "p=$!\ntrap 'kill -TERM $p' TERM\nwhile kill -0 $p 2> /dev/null; do wait $p; done\n"
	job := func(style, body string) Case { return quick("jobs", style, body) }
	node := job("node, set -m, trap passes it on", "#!/bin/bash\nset -m\nnode /srv/app.js &\n"+pass)
	node.Files["/srv/app.js"] = nodeApp
	plain := job("node, trap passes it on", "#!/bin/sh\nnode /srv/app.js &\n"+pass)
	plain.Files["/srv/app.js"] = nodeApp
	all := []Case{
		node,
		plain,
		job("input of its own, trap passes it on", "#!/bin/bash\n"+app+" <&0 &\n"+pass),
		job("input from a file, trap passes it on", "#!/bin/bash\n"+app+" < /etc/hostname &\n"+pass),
		job("set -m, waits while it lives", "#!/bin/bash\nset -m\n"+app+" &\n"+loop),
		job("waits while it lives", "#!/bin/bash\n"+app+" &\n"+loop),
		job("set -m, trap kills %1", "#!/bin/bash\nset -m\n"+app+" &\ntrap 'kill -TERM %1' TERM\nwait\nwait\n"),
		job("subshell, trap passes it on", "#!/bin/bash\n(exec "+app+") &\n"+pass),
		job("set -m, trap, sleep loop in front", "#!/bin/bash\nset -m\n"+app+" &\np=$!\ntrap 'kill $p; wait $p; exit 0' TERM\nwhile :; do sleep 0.5; done\n"),
		job("input of its own, trap, sleep loop in front", "#!/bin/sh\n"+app+" <&0 &\np=$!\ntrap 'kill $p; wait $p; exit 0' TERM\nwhile :; do sleep 0.5; done\n"),
		job("trap passes INT on", "#!/bin/bash\nset -m\n"+app+" &\np=$!\ntrap 'kill -INT $p' TERM\nwait $p\nwait $p\n"),
		job("set -m in a function", "#!/bin/bash\nserve() { set -m; "+app+" & p=$!; set +m; trap 'kill -TERM $p' TERM; wait $p; wait $p; }\nserve\n"),
		job("fish, trap passes it on", "#!/usr/bin/fish\n"+app+" &\nset p $last_pid\nfunction stop --on-signal TERM\n  kill -TERM $p\nend\nwait $p\nwhile kill -0 $p 2> /dev/null\n  sleep 0.1\nend\n"),
		job("fish, trap, app in front", "#!/usr/bin/fish\nfunction stop --on-signal TERM\n  touch /out/trap\nend\n"+app+"\n"),
	}
	// zsh has no job control without a terminal.
	for _, shell := range [][2]string{
		{"dash", "#!/bin/dash\n"}, {"bash", "#!/bin/bash\n"}, {"busybox ash", "#!/bin/busybox sh\n"}, {"mksh", "#!/bin/mksh\n"}, {"ksh93", "#!/bin/ksh93\n"}, {"yash", "#!/usr/bin/yash\n"},
	} {
		all = append(all, job("set -m, trap passes it on, "+shell[0], shell[1]+"set -m\n"+app+" &\n"+pass))
	}
	return all
}

// parentJobCases are parents that pass the signal on, each in its way.
func parentJobCases() []Case {
	app := []string{"/zoo/app", "app", half}
	launch := func(style string, command ...string) Case {
		return appOwn("jobs", style, append(command, app...)...)
	}
	nodemon := appOwn("jobs", "nodemon --exec", "nodemon", "--signal", "SIGTERM", "--exec", "/zoo/app app "+half)
	return []Case{
		launch("env-cmd", "env-cmd", "-f", "/dev/null"),
		launch("env-cmd behind sh -c", "/bin/sh", "-c", `env-cmd -f /dev/null "$@"; true`, "sh"),
		launch("cross-env", "cross-env", "A=b"),
		launch("dotenv", "dotenv", "--"),
		launch("npm exec", "npm", "exec", "--offline", "--"),
		nodemon,
		launch("perl parent, passes it on", "perl", "-e", `my $p = fork // die; exec @ARGV unless $p; $SIG{TERM} = sub { kill TERM => $p }; 1 until waitpid($p, 0) == $p; exit($? >> 8)`),
		launch("ruby parent, passes it on", "ruby", "-e", `p = spawn(*ARGV); trap("TERM") { Process.kill("TERM", p) }; Process.wait(p)`),
		launch("php parent, passes it on", "php", "-r", `pcntl_async_signals(true); array_shift($argv); if (!($p = pcntl_fork())) pcntl_exec($argv[0], array_slice($argv, 1)); pcntl_signal(SIGTERM, fn() => posix_kill($p, SIGTERM)); while (pcntl_waitpid($p, $s) != $p);`, "--"),
	}
}

// appOwn is the zoo's application launched by a command, with half a second to clean up.
func appOwn(subject, style string, command ...string) Case {
	c := appCase(subject, style, command...)
	c.Own = 0.5
	return c
}
