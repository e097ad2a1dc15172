package main

// exception is a case in which softstop's column shows a fault, and why that stays.
type exception struct {
	Case string
	Kind kind
	Why  string
}

// reason is a fault that some cases have in common, and why it stays.
type reason struct {
	kind  kind
	why   string
	cases []string
}

// exceptions lists every fault that softstop's column may show. A case that is not at
// fault any more is to be taken off: make zoo fails until it is.
func exceptions() []exception {
	var all []exception
	for _, r := range append(delays(), losses()...) {
		for _, name := range r.cases {
			all = append(all, exception{name, r.kind, r.why})
		}
	}
	return all
}

// delays are graceful, but late.
func delays() []reason {
	return []reason{
		{late, "the handler runs only when the call that waits for the child returns, and PHP waits on", []string{
			"jobs: php parent, passes it on",
		}},
		{dawdling, "the handler runs only when the call that waits for the child returns, and fish often waits on", []string{
			"jobs: fish, trap passes it on",
			"jobs: fish, trap, app in front",
		}},
		{dawdling, "mksh would notice that its child is stopped, so that one is not: if it wakes in the moment in which mksh has its signal, mksh may have signalled it", []string{
			"mksh: script",
		}},
		{late, "the script's trap may have signalled the daemon, so it is signalled again at the last call only", []string{
			"needs: redis as a daemon, trap, app in front",
		}},
		{late, "supervisord or nf signals the shell alone, but may have signalled all below it", []string{
			"supervisord: program is sh -c with two commands",
			"manager: nf start, SIGINT",
			"manager: nf start behind sh -c, SIGINT",
		}},
		{late, "nodemon ends by itself and leaves what it has started, which it may have signalled", []string{
			"jobs: nodemon --exec",
		}},
		{late, "entr or cpulimit ends by itself and leaves what it has started, which it may have signalled", []string{
			"watcher: entr",
			"wrapper: cpulimit -z -f -l 90 --",
			"wrapper: cpulimit -z -f -l 90 -- behind sh -c",
		}},
		{dawdling, "uwsgi now and then forgets one of its workers, under every init: that is signalled at the last call", []string{
			"uwsgi: exec form",
			"uwsgi: sh -c with two commands",
		}},
		{dawdling, "two Python interpreters end side by side, and share the processors", []string{
			"celery: beat in the background",
		}},
		{dawdling, "supervisord looks once a second, at most, what has become of what it stops", []string{
			"supervisord: stopsignal of its own",
		}},
		{dawdling, "reflex looks every half second whether what it has told to stop has ended", []string{
			"watcher: reflex -s",
		}},
	}
}

// losses are not graceful.
func losses() []reason {
	return []reason{
		{wrong, "nf knows SIGINT only; its end by another signal breaks the sockets that the applications print to", []string{
			"manager: nf start",
			"manager: nf start behind sh -c",
		}},
		{wrong, "nodemon itself ends the application in its cleanup", []string{
			"trap, in front: nodemon",
		}},
		{wrong, "the kernel signals the application when its parent ends, and nothing shows that it will", []string{
			"sandbox: bwrap --die-with-parent",
			"sandbox: bwrap --unshare-pid --die-with-parent sh -c",
			"sandbox: Python parent, pdeathsig SIGKILL",
			"sandbox: setpriv --pdeathsig TERM behind sh -c",
		}},
		{racing, "the kernel signals the application when its parent ends, which may be before softstop has seen that the parent does nothing", []string{
			"sandbox: Go parent, Pdeathsig SIGTERM",
			"sandbox: Python parent, pdeathsig SIGTERM",
		}},
		{racing, "mpirun kills a rank that has not ended when another one has, under every init now and then", []string{
			"sandbox: mpirun -np 2",
			"sandbox: mpirun -np 2 behind sh -c",
		}},
		{wrong, "the application connects to what was started beside it only when it stops: nothing shows before that it needs it", []string{
			"needs: redis in the background, app in front",
		}},
		{racing, "the application connects to what was started beside it only when it stops: nothing shows before that it needs it", []string{
			"needs: Xvfb in the background",
		}},
	}
}
