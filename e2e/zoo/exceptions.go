package main

// exception is a case in which softstop's column shows a fault, and why that stays.
type exception struct {
	Case string
	Kind kind
	Why  string
}

// exceptions lists every fault that softstop's column may show. A case that is not at
// fault any more is to be taken off: make zoo fails until it is.
func exceptions() []exception {
	var all []exception
	for _, group := range []struct {
		kind  kind
		why   string
		cases []string
	}{
		{late, "told at the last call", []string{
			"beside: worker & exec web, zsh",
			"beside: worker & exec web, bash, set -m",
			"beside: gosu worker & exec web",
			"beside: node worker & exec web",
			"trap, in front: node",
			"trap, in front: node parent that spawns",
			"trap, in front: npm run, run-p",
			"trap, in front: yarn start",
			"trap, in front: ruby parent",
			"trap, in front: php-fpm -F, SIGQUIT",
			"sandbox: mpirun -np 2 behind sh -c",
			"needs: redis as a daemon, trap, app in front",
			"needs: Xvfb in the background",
			"needs: tmux, trap sends keys, tail in front",
			"jobs: fish, trap passes it on",
			"jobs: fish, trap, app in front",
			"jobs: nodemon --exec",
			"jobs: php parent, passes it on",
		}},
		{wrong, "the application is told by its parent and by the init", []string{
			"trap, in front: nodemon",
			"jobs: env-cmd",
			"jobs: env-cmd behind sh -c",
		}},
		{wrong, "a launcher that ends with the signal takes the application along", []string{
			"sandbox: bwrap --die-with-parent",
			"sandbox: bwrap --unshare-pid --die-with-parent sh -c",
			"sandbox: Go parent, Pdeathsig SIGTERM",
			"sandbox: Python parent, pdeathsig SIGTERM",
			"sandbox: Python parent, pdeathsig SIGKILL",
			"sandbox: setpriv --pdeathsig TERM behind sh -c",
		}},
		{wrong, "what was started first is told together with the application", []string{
			"needs: redis in the background, app in front",
		}},
		{wrong, "the exit code is the launcher's", []string{
			"exit 7: doas -u nobody",
			"exit 7: runuser -u nobody --",
		}},
	} {
		for _, name := range group.cases {
			all = append(all, exception{name, group.kind, group.why})
		}
	}
	return all
}
