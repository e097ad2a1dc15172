package main

// half is the cleanup of an application that would be gone in half a second.
const half = "clean=0.5"

// quick is a script around the zoo's application, which needs half a second to clean up.
func quick(subject, style, body string, more ...Check) Case {
	return script(subject, style, body, Case{
		Ready: []Check{up("app")}, Own: 0.5, Evidence: append([]Check{cleaned("app")}, more...),
	})
}

// besideCases start something in the background and then become the application: it
// knows nothing of what it has inherited as children.
func besideCases() []Case {
	return append(helperCases(), append(feedCases(), workerCases()...)...)
}

// helperCases have a helper in the background that knows no signal and never ends by
// itself: it must not cost the application's stop a second.
func helperCases() []Case {
	const app = "exec /zoo/app app " + half + "\n"
	beside := func(helper string) Case { return quick("beside", helper+" & exec app", "#!/bin/sh\n"+helper+" & "+app) }
	in := func(shell, shebang string) Case {
		return quick("beside", "tail -F & exec app, "+shell, shebang+"\ntouch /tmp/log\ntail -n0 -F /tmp/log &\n"+app)
	}
	asUser := quick("beside", "tail -F & exec app, as a plain user", "#!/bin/sh\ntouch /tmp/log\ntail -n0 -F /tmp/log & "+app)
	asUser.User = 65534
	node := quick("beside", "tail -F & exec node", "#!/bin/sh\ntail -f /dev/null & exec node /srv/app.js\n")
	node.Files["/srv/app.js"] = nodeApp
	return []Case{
		quick("beside", "tail -F & exec app", "#!/bin/sh\ntouch /tmp/log\ntail -n0 -F /tmp/log & "+app),
		in("bash", "#!/bin/bash"), in("busybox ash", "#!/bin/busybox sh"), in("zsh", "#!/bin/zsh"), in("mksh", "#!/bin/mksh"),
		in("ksh93", "#!/bin/ksh93"), in("yash", "#!/usr/bin/yash"), in("fish", "#!/usr/bin/fish"),
		asUser,
		node,
		beside("sleep infinity"),
		beside("busybox tail -f /dev/null"),
		beside("while :; do date; sleep 0.1; done"),
		beside("(sleep infinity; echo never)"),
		beside("tail -f /dev/null | sed -u s/^/log:/"),
		beside("inotifywait -q -m /tmp"),
		beside("socat UNIX-LISTEN:/tmp/s,fork EXEC:cat"),
		beside("python3 -m http.server 8001"),
		beside("perl -e 'select undef, undef, undef, 0.1 while 1'"),
		quick("beside", "tail -F & exec gosu", "#!/bin/sh\ntail -f /dev/null & exec gosu nobody /zoo/app app "+half+"\n"),
		quick("beside", "tail -F & exec su", "#!/bin/sh\ntail -f /dev/null & exec su nobody -s /bin/sh -c '/zoo/app app "+half+"'\n"),
	}
}

// feedCases have a helper at the other end of the application's input or output.
func feedCases() []Case {
	const app = "exec /zoo/app app " + half
	logged := logHas("app: cleaning up", "the log is cut off")
	java := quick("beside", "sleep > fifo & exec java < fifo", "#!/bin/sh\nmkfifo /tmp/in\nsleep infinity > /tmp/in & exec java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp /srv App < /tmp/in\n")
	java.Files["/srv/App.java"] = javaApp
	java.Before = []string{"ecj -proc:none -17 -d /srv /srv/App.java"}
	return []Case{
		quick("beside", "cat <> fifo & exec app", "#!/bin/sh\nmkfifo /tmp/p\ncat <> /tmp/p 1>&2 & "+app+" log=/tmp/p\n", logged),
		quick("beside", "ts < fifo & exec app > fifo", "#!/bin/sh\nmkfifo /tmp/p\nts < /tmp/p & "+app+" > /tmp/p\n", logHas("app: cleaned", "the last log line is lost")),
		quick("beside", "sleep > fifo & exec app < fifo", "#!/bin/sh\nmkfifo /tmp/in\nsleep infinity > /tmp/in & "+app+" < /tmp/in\n"),
		quick("beside", "tail -F > fifo & exec app < fifo", "#!/bin/sh\nmkfifo /tmp/in\ntail -f /dev/null > /tmp/in & "+app+" < /tmp/in\n"),
		java,
		quick("beside", "exec app < <(tail -F)", "#!/bin/bash\ntouch /tmp/feed\n"+app+" < <(tail -F /tmp/feed)\n"),
		quick("beside", "exec app < <(tail -F), zsh", "#!/bin/zsh\ntouch /tmp/feed\n"+app+" < <(tail -F /tmp/feed)\n"),
		quick("beside", "exec app < <(sleep infinity)", "#!/bin/bash\n"+app+" < <(sleep infinity)\n"),
		quick("beside", "exec 3< <(tail -F), exec app <&3", "#!/bin/bash\nexec 3< <(tail -f /dev/null)\n"+app+" <&3\n"),
		quick("beside", "exec app > >(cat)", "#!/bin/bash\n"+app+" > >(cat)\n", logged),
		quick("beside", "exec app 2> >(sed)", "#!/bin/bash\n"+app+" 2> >(sed -u s/^/err:/)\n", logged),
		quick("beside", "coproc cat, exec app into it", "#!/bin/bash\ncoproc cat >&2\n"+app+" >&${COPROC[1]}\n", logged),
		quick("beside", "coproc tail, exec app from it", "#!/bin/bash\ncoproc tail -f /dev/null\n"+app+" <&${COPROC[0]}\n"),
	}
}

// javaApp is the zoo's application in Java.
const javaApp = `import java.io.FileWriter;
class App {
  static void note(String what) {
    try (FileWriter file = new FileWriter("/out/app." + what, true)) { file.write("1\n"); } catch (Exception e) { throw new RuntimeException(e); }
  }
  public static void main(String[] args) throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      note("told");
      try { Thread.sleep(500); } catch (InterruptedException e) { return; }
      note("cleaned");
    }));
    note("up");
    Thread.sleep(Long.MAX_VALUE);
  }
}
`

// workerCases are two programs without a supervisor.
func workerCases() []Case {
	both := Case{Ready: []Check{up("worker", "app")}, Own: 0.5, Evidence: []Check{cleaned("worker", "app")}}
	const worker, web = "/zoo/app worker poll=0.2 " + half, "exec /zoo/app app " + half + "\n"
	beside := func(style, line string) Case { return script("beside", style, "#!/bin/sh\n"+line+" & "+web, both) }
	three := both
	three.Ready, three.Evidence = []Check{up("worker", "other", "app")}, []Check{cleaned("worker", "other", "app")}
	redis := quick("beside", "redis & exec app", "#!/bin/sh\nredis-server --dir /out --save 3600 1 &\nuntil redis-cli ping; do sleep 0.05; done\n"+web, exists("/out/dump.rdb", "RDB not saved"))
	redis.Acts = []Act{do("redis-cli set zoo kept")}
	node := beside("node worker & exec web", "node /srv/worker.js")
	node.Files["/srv/worker.js"] = `const name = "worker";` + nodeAppAs
	return []Case{
		beside("worker & exec web", worker),
		script("beside", "worker & exec web, bash", "#!/bin/bash\n"+worker+" &\n"+web, both),
		script("beside", "worker & exec web, busybox ash", "#!/bin/busybox sh\n"+worker+" &\n"+web, both),
		script("beside", "worker & exec web, zsh", "#!/bin/zsh\n"+worker+" &\n"+web, both),
		script("beside", "worker & exec web, bash, set -m", "#!/bin/bash\nset -m\n"+worker+" &\n"+web, both),
		script("beside", "two workers & exec web", "#!/bin/sh\n"+worker+" &\n/zoo/app other "+half+" &\n"+web, three),
		beside("(worker; true) & exec web", "("+worker+"; true)"),
		beside("nohup worker & exec web", "nohup "+worker),
		beside("setsid worker & exec web", "setsid "+worker),
		beside("gosu worker & exec web", "gosu nobody "+worker),
		beside("su -c worker & exec web", "su nobody -s /bin/sh -c '"+worker+"'"),
		beside("worker | tee & exec web", worker+" | tee /out/log"),
		beside("while :; do worker; done & exec web", "while :; do "+worker+"; sleep 0.1; done"),
		node,
		redis,
	}
}
