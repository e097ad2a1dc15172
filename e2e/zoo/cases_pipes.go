package main

// logged is the evidence of an application whose output goes through a reader: it
// finished, and its last line arrived.
func logged(file string) []Check {
	return []Check{cleaned("app"), fileHas(file, "app: cleaned", "the last log line is lost")}
}

// pipeCases have a reader of the application's output, which must outlive it.
func pipeCases() []Case {
	ready := []Check{up("app")}
	log := Case{Ready: ready, Evidence: logged("/out/log")}
	piped := func(style, line string) Case {
		return Case{Subject: "log pipe", Style: style, Command: []string{"/bin/sh", "-c", line}, Ready: ready, Evidence: logged("/out/log")}
	}
	svlog := piped("svlogd", "mkdir /out/d; /zoo/app app | svlogd -tt /out/d")
	svlog.Evidence = logged("/out/d/current")
	multilog := piped("multilog", "mkdir /out/d; /zoo/app app | multilog t /out/d")
	multilog.Evidence = logged("/out/d/current")
	return []Case{
		piped("app | tee", "/zoo/app app | tee /out/log"),
		piped("app | tee, busybox", "busybox sh -c '/zoo/app app | busybox tee /out/log'"),
		script("log pipe", "app 2>&1 | tee -a in bash", "#!/bin/bash\nset -o pipefail\n/zoo/app app 2>&1 | tee -a /out/log\nexit $?\n", log),
		script("log pipe", "exec > >(tee)", "#!/bin/bash\nexec > >(tee /out/log) 2>&1\n/zoo/app app\necho done\n", log),
		script("log pipe", "exec > >(tee), then exec app", "#!/bin/bash\nexec > >(tee /out/log) 2>&1\nexec /zoo/app app\n", log),
		piped("while read", `/zoo/app app 2>&1 | while read -r line; do echo "$(date) $line" >> /out/log; done`),
		piped("sed and tee", "/zoo/app app 2>&1 | sed -u 's/^/[app] /' | tee /out/log"),
		piped("Python reader", `/zoo/app app | python3 -uc 'import sys
for line in sys.stdin: open("/out/log", "a").write(line)'`),
		script("log pipe", "named pipe", "#!/bin/sh\nmkfifo /tmp/pipe\ntee /out/log < /tmp/pipe &\n/zoo/app app > /tmp/pipe\nwait\n", log),
		script("log pipe", "trap, pipeline in front", "#!/bin/sh\ntrap 'echo stopping' TERM\n/zoo/app app | tee /out/log\n", log),
		script("log pipe", "background pipeline, wait", "#!/bin/bash\n/zoo/app app | tee /out/log &\nwait\n", log),
		script("log pipe", "tail -F beside the app", "#!/bin/sh\ntouch /out/log\ntail -F /out/log &\n/zoo/app app > /out/log\n", log),
		appCase("log pipe", "tail -F into the app", "/bin/sh", "-c", "touch /tmp/queue; tail -F /tmp/queue | /zoo/app app"),
		appCase("log pipe", "endless feed into the app", "/bin/sh", "-c", "while sleep 0.1; do echo tick; done | /zoo/app app"),
		plainUser("log pipe", "app | tee as a plain user", "#!/bin/bash\n/zoo/app app | tee /out/log\n", log),
		svlog,
		multilog,
	}
}
