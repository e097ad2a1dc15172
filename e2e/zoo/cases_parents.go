package main

// parentCases are programs, not shells, that start the application as a child: with
// and without a handler of their own.
func parentCases() []Case {
	parent := func(style string, command ...string) Case { return appCase("parent", style, command...) }
	worker := func(style, file, body string, evidence ...Check) Case {
		return Case{
			Subject: "parent", Style: style, Command: []string{"python3", file},
			Files: map[string]string{file: body}, Ready: []Check{up("app")}, Evidence: evidence,
		}
	}
	pool := worker("Python pool, the parent drains it", "/srv/drain.py", drainingParent, untold("app"), exits(0))
	return []Case{
		worker("Python multiprocessing without a handler", "/srv/mp.py", multiprocessingParent, cleaned("app")),
		worker("Python that passes the signal on", "/srv/pass.py", forwardingParent, cleaned("app"), exits(0)),
		worker("Python asyncio subprocess", "/srv/aio.py", asyncioParent, cleaned("app"), exits(0)),
		worker("Python process pool without a handler", "/srv/pool.py", poolParent, cleaned("app")),
		worker("Python that reads its child's output", "/srv/read.py", readingParent, cleaned("app")),
		worker("Python in sigwait", "/srv/sigwait.py", sigwaitApp, cleaned("app")),
		worker("Python whose main thread has ended", "/srv/thread.py", threadApp, cleaned("app")),
		worker("Python reloader that restarts its child", "/srv/reload.py", reloader, cleaned("app")),
		worker("Python child in a session of its own", "/srv/session.py", `import subprocess; subprocess.Popen(["/zoo/app", "app"], start_new_session=True).wait()`, cleaned("app")),
		pool,
		parent("Python subprocess.run", "python3", "-c", `import subprocess; subprocess.run(["/zoo/app", "app"]); print("done")`),
		parent("Python os.system", "python3", "-c", `import os; os.system("/zoo/app app; true")`),
		parent("Perl system", "perl", "-e", `system("/zoo/app", "app"); print "done\n"`),
		parent("Perl that reaps in a handler", "perl", "-e", `use POSIX ":sys_wait_h";
$SIG{CHLD} = sub { while ((my $p = waitpid(-1, WNOHANG)) > 0) { exit 0 if $p == $main::app } };
$SIG{TERM} = sub { kill TERM => $main::app };
$main::app = fork // die; exec "/zoo/app", "app" unless $main::app; sleep 1 while 1`),
		parent("Ruby system", "ruby", "-e", `system("/zoo/app", "app"); puts "done"`),
		parent("Ruby spawn, signal passed on", "ruby", "-e", `pid = spawn("/zoo/app", "app"); trap("TERM") { Process.kill("TERM", pid) }; Process.wait(pid)`),
		parent("PHP passthru", "php", "-r", `passthru("/zoo/app app"); echo "done\n";`),
		parent("awk system", "awk", `BEGIN { system("/zoo/app app"); print "done" }`),
	}
}

const multiprocessingParent = `import multiprocessing, os, signal, time
def note(what):
    with open("/out/app." + what, "a") as f: f.write("%d\n" % os.getpid())
told = []
def stop(*_):
    note("told")
    if told: note("hard"); os._exit(99)
    told.append(1)
def work():
    signal.signal(signal.SIGTERM, stop)
    note("up")
    while not told: time.sleep(0.05)
    time.sleep(1)
    note("cleaned")
p = multiprocessing.Process(target=work)
p.start()
p.join()
print("done")
`

const forwardingParent = `import signal, subprocess, sys
child = subprocess.Popen(["/zoo/app", "app"])
signal.signal(signal.SIGTERM, lambda *_: child.terminate())
sys.exit(child.wait())
`

const asyncioParent = `import asyncio, signal, sys
async def main():
    child = await asyncio.create_subprocess_exec("/zoo/app", "app")
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, child.terminate)
    return await child.wait()
sys.exit(asyncio.run(main()))
`

// drainingParent stops by itself: it lets the worker finish its job and must be the
// only one that hears of the stop. The worker dies of a signal.
const drainingParent = `import multiprocessing, os, signal, time
def note(what):
    with open("/out/app." + what, "a") as f: f.write("%d\n" % os.getpid())
def job(n):
    note("up")
    time.sleep(2)
    note("cleaned")
pool = multiprocessing.Pool(2)
result = pool.map_async(job, [1])
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
while not stop: time.sleep(0.05)
pool.close()
pool.join()
`

// pythonApp is the zoo's application as a Python function, work.
const pythonApp = `import os, signal, sys, time
def note(what):
    with open("/out/app." + what, "a") as f: f.write("%d\n" % os.getpid())
told = []
def stop(*_):
    note("told")
    if told: note("hard"); os._exit(99)
    told.append(1)
def work(*_):
    signal.signal(signal.SIGTERM, stop)
    note("up")
    while not told: time.sleep(0.05)
    time.sleep(1)
    note("cleaned")
`

const poolParent = pythonApp + `from concurrent.futures import ProcessPoolExecutor
def job():
    work()
    os._exit(0)
with ProcessPoolExecutor(1) as pool: pool.submit(job).result()
`

// readingParent dies of the signal; its child's last words then meet a broken pipe.
const readingParent = `import subprocess
print(subprocess.run(["/zoo/app", "app"], capture_output=True, text=True).stdout)
`

const sigwaitApp = pythonApp + `signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
note("up")
signal.sigwait([signal.SIGTERM])
note("told")
if signal.sigtimedwait([signal.SIGTERM], 1): note("hard"); os._exit(99)
note("cleaned")
`

// threadApp's main thread is a zombie while the process goes on.
const threadApp = pythonApp + `import ctypes, threading
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
def serve():
    time.sleep(0.2)
    note("up")
    signal.sigwait([signal.SIGTERM])
    note("told")
    if signal.sigtimedwait([signal.SIGTERM], 1): note("hard"); os._exit(99)
    note("cleaned")
    os._exit(0)
threading.Thread(target=serve).start()
ctypes.CDLL(None).pthread_exit(None)
`

// reloader is what the development servers of web frameworks are: a parent that starts
// the server again whenever it ends in a certain way.
const reloader = `import subprocess, sys
while subprocess.call(["/zoo/app", "app", "exit=3"]) == 3: pass
`
