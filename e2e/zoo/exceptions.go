package main

// exception is a case in which softstop's column shows a fault, and why that stays.
type exception struct {
	Case string
	Kind kind
	Why  string
}

// exceptions lists every fault that softstop's column may show. A case that is not at
// fault any more must be taken off: the test of the column compares exactly.
func exceptions() []exception {
	var all []exception
	for _, group := range []struct {
		kind  kind
		why   string
		cases []string
	}{
		{late, "told at the last call", []string{
			"beside: tail -F & exec app, busybox ash",
			"beside: tail -F & exec app, fish",
			"beside: while :; do date; sleep 0.1; done & exec app",
			"beside: (sleep infinity; echo never) & exec app",
			"beside: tail -f /dev/null | sed -u s/^/log:/ & exec app",
			"beside: python3 -m http.server 8001 & exec app",
			"beside: perl -e 'select undef, undef, undef, 0.1 while 1' & exec app",
			"beside: cat <> fifo & exec app",
			"beside: sleep > fifo & exec app < fifo",
			"beside: tail -F > fifo & exec app < fifo",
			"beside: exec app < <(tail -F)",
			"beside: exec app < <(tail -F), zsh",
			"beside: exec app < <(sleep infinity)",
			"beside: exec 3< <(tail -F), exec app <&3",
			"beside: coproc tail, exec app from it",
			"beside: worker & exec web",
			"beside: worker & exec web, bash",
			"beside: worker & exec web, busybox ash",
			"beside: worker & exec web, zsh",
			"beside: worker & exec web, bash, set -m",
			"beside: two workers & exec web",
			"beside: nohup worker & exec web",
			"beside: setsid worker & exec web",
			"beside: gosu worker & exec web",
			"beside: worker | tee & exec web",
			"beside: node worker & exec web",
			"beside: redis & exec app",
			"trap, in front: node",
			"trap, in front: node, input of its own",
			"trap, in front: node parent that spawns",
			"trap, in front: node parent that spawns a shell",
			"trap, in front: npm start",
			"trap, in front: npm run, run-p",
			"trap, in front: yarn start",
			"trap, in front: ruby parent",
			"trap, in front: node, dash",
			"trap, in front: node, busybox ash",
			"trap, in front: node, zsh",
			"trap, in front: node, mksh",
			"trap, in front: node, ksh93",
			"trap, in front: node as a plain user",
			"trap, in front: php-fpm -F, SIGQUIT",
			"sandbox: unshare --pid --fork",
			"sandbox: unshare --mount --fork",
			"sandbox: unshare --pid --fork --mount-proc",
			"sandbox: unshare --pid --fork --kill-child",
			"sandbox: unshare --pid --fork --kill-child=TERM",
			"sandbox: unshare --pid --fork sh -c",
			"sandbox: unshare --pid --fork behind sh -c",
			"sandbox: mpirun -np 2 behind sh -c",
			"needs: redis as a daemon, trap, app in front",
			"needs: Xvfb in the background",
			"needs: tmux, trap sends keys, tail in front",
			"registry: nohup cron &, etcd &, exec gRPC server",
			"jobs: fish, trap passes it on",
			"jobs: fish, trap, app in front",
			"jobs: nodemon --exec",
			"jobs: php parent, passes it on",
			"SIGINT: mksh, trap exit 0, sleep loop",
			"beside: sleep > fifo & exec java < fifo",
		}},
		{wrong, "the application is told by its parent and by the init", []string{
			"trap, in front: node parent that passes SIGTERM on",
			"trap, in front: tsx",
			"trap, in front: nodemon",
			"sandbox: strace to standard error",
			"jobs: input of its own, trap passes it on",
			"jobs: input from a file, trap passes it on",
			"jobs: set -m, waits while it lives",
			"jobs: trap passes INT on",
			"jobs: set -m, trap passes it on, bash",
			"jobs: set -m, trap passes it on, ksh93",
			"jobs: env-cmd",
			"jobs: env-cmd behind sh -c",
		}},
		{wrong, "a launcher that ends with the signal takes the application along", []string{
			"sandbox: bwrap --unshare-pid",
			"sandbox: bwrap --unshare-pid --die-with-parent",
			"sandbox: bwrap --die-with-parent",
			"sandbox: bwrap --unshare-pid --die-with-parent sh -c",
			"sandbox: Go parent, Pdeathsig SIGTERM",
			"sandbox: Python parent, pdeathsig SIGKILL",
			"sandbox: setpriv --pdeathsig TERM behind sh -c",
			"needs: fakeroot",
			"needs: fakeroot, exec form",
			"needs: fakeroot sh -c",
		}},
		{wrong, "the step in hand is told as if it were the application", []string{
			"steps: dash",
			"steps: bash",
			"steps: busybox ash",
			"steps: ksh93",
			"steps: task in Python",
			"steps: task in a subshell",
			"steps: task as another user",
			"steps: task, then sleep",
			"steps: trap exit 0",
			"steps: for loop, trap breaks out",
			"steps: while read from a queue",
		}},
		{wrong, "what was started first is told together with the application", []string{
			"needs: redis as a daemon, app in front",
			"needs: redis as a daemon, app in the background, wait",
			"needs: redis in the background, app in front",
			"needs: service redis-server, su app in front",
			"needs: memcached as a daemon, app in front",
			"needs: nginx as a daemon, app in front",
			"needs: rsyslogd first",
			"needs: pgbouncer first",
			"needs: dnsmasq as the resolver",
			"needs: ssh-agent first",
			"needs: dbus-daemon first",
			"registry: nohup cron &, etcd &, gRPC server in front",
			"registry: etcd &, nohup cron &, gRPC server &, wait",
		}},
		{wrong, "a signal that is no stop ends at su and runuser", []string{
			"reload: HUP, su -c",
			"reload: HUP, su -c, two commands",
			"reload: USR1, su -c",
			"reload: HUP, sh -c su",
			"reload: USR2, sh -c su",
			"reload: HUP, bash -c runuser",
			"reload: HUP, runuser -u",
			"reload: USR1, runuser -u",
			"reload: HUP, tini -- sh -c",
		}},
		{wrong, "the exit code is the launcher's", []string{
			"exit 7: su -c",
			"exit 7: sh -c su -c",
			"exit 7: timeout 1h sh -c",
			"exit 7: tini -- sh -c",
			"exit 7: dumb-init sh -c",
			"exit 7: catatonit -- sh -c",
			"exit 7: runuser -u nobody -- sh -c",
			"exit 7: doas -u nobody",
		}},
		{wrong, "the shell has no way out of its sleep but SIGTERM", []string{
			"SIGINT: trap exit 0, sleep loop",
			"SIGINT: bash, trap exit 0, sleep loop",
			"SIGINT: busybox ash, trap exit 0, sleep loop",
			"SIGINT: zsh, trap exit 0, sleep loop",
		}},
	} {
		for _, name := range group.cases {
			all = append(all, exception{name, group.kind, group.why})
		}
	}
	return all
}
