package main

import "strings"

// mannerCases are parents in a language, each with a manner of its own to start a child, to pass
// the signal on, or not to.
func mannerCases() []Case {
	return append(append([]Case{javaParent()}, scriptParents()...), otherParents()...)
}

// javaParent starts its child in another thread than the process's first, as everything in a JVM.
func javaParent() Case {
	c := withFile(appCase("manner", "java parent, hook destroys", words("java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp /srv Parent")...), "/srv/Parent.java",
		`public class Parent { public static void main(String[] a) throws Exception {
Process p = new ProcessBuilder("/zoo/app", "app", "`+half+`").inheritIO().start();
Runtime.getRuntime().addShutdownHook(new Thread(() -> { try { Thread.sleep(1); p.destroy(); } catch (InterruptedException e) {} }));
System.exit(p.waitFor()); } }
`)
	c.Own, c.Before = 0.8, []string{"ecj -proc:none -17 -d /srv /srv/Parent.java"}
	return c
}

// scriptParents are in Python and Node.
func scriptParents() []Case {
	py := func(style, body string) Case {
		text := "import os, signal, subprocess, sys, threading, time\nAPP = ['/zoo/app', 'app', '" + half + "']\n" + body
		return withFile(appOwn("manner", "python, "+style, "python3", "/srv/p.py"), "/srv/p.py", text)
	}
	node := func(style, body string) Case {
		const spawn = `const p = require("child_process").spawn("/zoo/app", ["app", "` + half + `"], OPTIONS); p.on("exit", () => process.exit());`
		options, rest, _ := strings.Cut(body, "|")
		return appOwn("manner", "node, "+style, "node", "-e", strings.Replace(spawn, "OPTIONS", options, 1)+rest)
	}
	const popen = "p = subprocess.Popen(APP)\n"
	return []Case{
		py("terminates, does not wait", popen+"def stop(*_): p.terminate(); sys.exit(0)\nsignal.signal(signal.SIGTERM, stop)\np.wait()\n"),
		py("kills the child's group", "p = subprocess.Popen('/zoo/app app "+half+"; true', shell=True, start_new_session=True)\nsignal.signal(signal.SIGTERM, lambda *_: os.killpg(p.pid, 15))\np.wait()\ntime.sleep(0.7)\n"),
		py("child of a thread", "threading.Thread(target=lambda: subprocess.run(APP)).start()\n"),
		py("child of a thread, passed on", "def serve():\n    global p\n    p = subprocess.Popen(APP)\n    p.wait()\ndef stop(*_): p.terminate(); os._exit(0)\nsignal.signal(signal.SIGTERM, stop)\nthreading.Thread(target=serve).start()\nsignal.pause()\n"),
		py("polls a flag", popen+"told = []\nsignal.signal(signal.SIGTERM, lambda *_: told.append(1))\nwhile p.poll() is None:\n    if told: p.terminate(); p.wait()\n    time.sleep(0.3)\n"),
		py("pty.spawn", "import pty\npty.spawn(APP)\n"),
		node("kills and exits", `{stdio: "inherit"}|process.on("SIGTERM", () => { p.kill(); process.exit() })`),
		node("through a shell, kills and exits", `{shell: true, stdio: "inherit"}|process.on("SIGTERM", () => { p.kill(); process.exit() })`),
		node("waits, then kills", `{stdio: "inherit"}|process.on("SIGTERM", () => setTimeout(() => p.kill(), 300))`),
	}
}

// otherParents are in Ruby, Perl and awk.
func otherParents() []Case {
	const app = "/zoo/app app " + half
	parent := func(style string, command ...string) Case { return appOwn("manner", style, command...) }
	return []Case{
		parent("ruby, at_exit kills and waits", "ruby", "-e", `p = spawn("/zoo/app", "app", "`+half+`"); trap("TERM") { exit }; at_exit { Process.kill("TERM", p); Process.wait(p) }; sleep`),
		parent("perl, reads from a pipe", "perl", "-e", `open my $p, "-|", "/zoo/app", "app", "`+half+`"; print while <$p>`),
		parent("perl, dies in its handler", "perl", "-e", `$SIG{TERM} = sub { kill TERM => $p; die "bye" }; our $p = fork // die; exec "/zoo/app", "app", "`+half+`" unless $p; waitpid $p, 0`),
		parent("gawk, two-way pipe", "gawk", `BEGIN { c = "`+app+`"; while ((c |& getline line) > 0) print line }`),
	}
}
