package main

import "golang.org/x/sys/unix"

// inputCases give the application an input, or take its output, in one of bash's further ways.
func inputCases() []Case {
	const app = "/zoo/app app " + half
	in := func(style, body string) Case { return quick("input", style, "#!/bin/bash\n"+body) }
	last := fileHas("/out/log", "app: cleaned", "the last log line is lost")
	out := func(style, body string) Case { return quick("output", style, "#!/bin/bash\n"+body, last) }
	return []Case{
		in("trap, yes | app &, wait", "yes | "+app+" &\np=$!\ntrap 'kill $p; wait $p' TERM\nwait $p\n"),
		in("trap, tail -f | app in front", "trap 'touch /out/trap' TERM\ntail -f /dev/null | "+app+"\n"),
		out("pipefail, subshells", "set -o pipefail\n( ( "+app+" ) 2>&1 | ts ) | tee /out/log\nexit ${PIPESTATUS[0]}\n"),
		out("> >(tee) 2> >(tee)", app+" > >(tee /out/log) 2> >(tee /out/err >&2)\n"),
		out("while read < <(app)", "while read -r line; do echo $line >> /out/log; done < <("+app+")\n"),
		out("trap, $(app)", "trap 'touch /out/trap' TERM\nx=$("+app+")\necho $x > /out/log\n"),
		out("trap kills it, app | tee &, wait", app+" | tee /out/log &\ntrap 'pkill -f /zoo/app; wait' TERM\nwait\n"),
		out("standard output and error swapped", "{ "+app+" 3>&1 1>&2 2>&3; } 2>&1 | tee /out/log\n"),
		out("reader with a handler", app+" | python3 -uc 'import sys, signal\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nfor l in sys.stdin: open(\"/out/log\", \"a\").write(l)'\n"),
		out("script -c | tee", "script -qefc '"+app+"' /dev/null | tee /out/log\n"),
		pipedLogs(),
	}
}

// pipedLogs is an Apache that starts the readers of its logs itself.
func pipedLogs() Case {
	return Case{
		Subject: "output", Style: "apache's piped logs, SIGWINCH", Stop: unix.SIGWINCH,
		Files:   map[string]string{"/etc/apache2/conf-enabled/p.conf": "ServerName x\nCustomLog \"|/usr/bin/tee -a /out/access\" combined\nErrorLog \"|/usr/bin/rotatelogs /out/error 86400\"\n"},
		Command: words("apachectl -D FOREGROUND"), Ready: []Check{listens(80)}, Own: 2,
		Before: []string{"mkdir -p /run/apache2 /run/lock; head -c 3000000 /dev/urandom > /var/www/html/big"},
		Acts:   []Act{download("/var/www/html/big")},
	}
}
