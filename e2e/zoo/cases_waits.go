package main

// waitCases are shells with a job, and with a way to wait for it, or to pass the signal on, that
// is not wait $p and kill $p.
func waitCases() []Case {
	return append(append(pollCases(), tellCases()...), wordCases()...)
}

// job is the zoo's application in the background of a script.
const job = "/zoo/app app " + half + " &\np=$!\n"

// pollCases wait in some other way than in wait $p.
func pollCases() []Case {
	const pass = "trap 'kill -TERM $p' TERM\n"
	const last = "trap 'kill $p; wait $p; exit 0' TERM\n"
	in := func(style, shebang, body string) Case { return quick("waits", style, "#!"+shebang+"\n"+body) }
	const halted = job + "trap 'kill $p; wait $p' TERM\nsleep infinity & kill -STOP $! && wait $!\n"
	return []Case{
		in("while [ -e /proc/$p ]", "/bin/bash", job+pass+"while [ -e /proc/$p ]; do sleep 0.2; done\n"),
		in("sleep infinity & wait $!", "/bin/dash", job+last+"sleep infinity & wait $!\n"),
		in("while :; sleep & wait $!", "/bin/bash", job+last+"while :; do sleep 3600 & wait $!; done\n"),
		in("tail -f & wait ${!}, trap kills ${!}", "/bin/bash", job+"stop() { kill -TERM $p; wait $p; exit 143; }\ntrap 'kill ${!}; stop' TERM\nwhile true; do tail -f /dev/null & wait ${!}; done\n"),
		in("tail --pid in front", "/bin/dash", job+pass+"tail --pid=$p -f /dev/null\n"),
		in("a child that is stopped", "/bin/dash", halted),
		in("a child that is stopped, busybox ash", "/bin/busybox sh", halted),
		in("a child that is stopped, ksh93", "/bin/ksh93", halted),
		in("a loop that is stopped", "/bin/sh", job+"trap 'kill $p; wait $p' TERM\nwhile :; do :; done & kill -STOP $! && wait $!\n"),
		in("coproc, wait", "/bin/bash", "coproc /zoo/app app "+half+" >&2\np=$COPROC_PID\n"+pass+"wait $p\nwait $p\n"),
	}
}

// tellCases tell their job in some other way than by kill $p.
func tellCases() []Case {
	two := Case{Ready: []Check{up("a", "b")}, Own: 0.5, Evidence: []Check{cleaned("a", "b")}}
	both := func(style, body string) Case {
		return script("waits", style, "#!/bin/bash\n/zoo/app a "+half+" &\n/zoo/app b "+half+" &\n"+body, two)
	}
	in := func(style, shebang, body string) Case { return quick("waits", style, "#!"+shebang+"\n"+body) }
	slow := in("trap works, then passes it on", "/bin/bash", job+"trap 'python3 -c \"import json, time; time.sleep(0.3)\"; kill -TERM $p' TERM\nwait $p\nwait $p\n")
	slow.Own = 1 // with Python's own start
	return []Case{
		both("wait -n in a loop", "trap 'kill $(jobs -p)' TERM\nwhile [ -n \"$(jobs -pr)\" ]; do wait -n; done\n"),
		both("jobs -p | xargs kill", "trap 'jobs -p | xargs -r kill; wait; exit 0' TERM\nwait\n"),
		both("trap kill 0", "trap 'trap \"\" TERM; kill 0; wait; exit 0' TERM\nwait\n"),
		both("pkill by name, sleep loop in front", "trap 'pkill -TERM -f /zoo/app; exit 0' TERM\nwhile :; do sleep 0.3; done\n"),
		in("trap sleeps, then passes it on", "/bin/dash", job+"trap 'sleep 0.4; kill -TERM $p' TERM\nwait $p\nwait $p\n"),
		slow,
		in("trap execs", "/bin/bash", "echo 'kill $1; while [ -e /proc/$1 ]; do sleep 0.1; done' > /tmp/cleanup\n"+job+"trap 'exec sh /tmp/cleanup $p' TERM\nwait $p\n"),
		in("TRAPTERM", "/bin/zsh", "TRAPTERM() { kill $p; wait $p; exit 0 }\n"+job+"wait $p\n"),
	}
}

// wordCases stop the application by a word that it reads, as game servers are; a signal makes it
// quit hard.
func wordCases() []Case {
	game := Case{
		// tail looks into a file once a second.
		Ready: []Check{up("app")}, Own: 1.5, Evidence: []Check{cleaned("app")},
		Files: map[string]string{"/srv/game.py": gameServer},
	}
	in := func(style, body string) Case { return script("word", style, "#!/bin/bash\n"+body, game) }
	const server = "python3 /srv/game.py"
	const stop = "; wait $p; exit 0' TERM\n"
	return []Case{
		in("fifo, exec 3>", "mkfifo /tmp/in\n"+server+" < /tmp/in &\np=$!\nexec 3> /tmp/in\ntrap 'echo stop >&3"+stop+"wait $p\n"),
		in("coproc", "coproc "+server+" >&2\np=$COPROC_PID\ntrap 'echo stop >&${COPROC[1]}"+stop+"wait $p\n"),
		in("tail -f file | server &", "touch /tmp/in\ntail -n0 -f /tmp/in | "+server+" &\np=$!\ntrap 'echo stop >> /tmp/in"+stop+"wait $p\n"),
		in("tail -f file | server &, sleep loop in front", "touch /tmp/in\ntail -n0 -f /tmp/in | "+server+" &\np=$!\ntrap 'echo stop >> /tmp/in"+stop+"while :; do sleep 0.5; done\n"),
		in("sleep infinity > fifo &, server < fifo &", "mkfifo /tmp/in\nsleep infinity > /tmp/in &\n"+server+" < /tmp/in &\np=$!\ntrap 'echo stop > /tmp/in"+stop+"wait $p\n"),
	}
}

// gameServer stops when it reads stop.
const gameServer = `import os, signal, sys, time
def note(what):
    with open("/out/app." + what, "a") as f: f.write("%d\n" % os.getpid())
def hard(*_): note("hard"); os._exit(99)
signal.signal(signal.SIGTERM, hard)
note("up")
for line in sys.stdin:
    if line.strip() == "stop":
        note("told")
        time.sleep(0.5)
        note("cleaned")
        sys.exit(0)
time.sleep(1000)
`
