package main

import (
	"fmt"
	"strings"
)

// sandboxCases run the application in namespaces, under a tracer or in ranks: what
// starts it stays between it and the init.
func sandboxCases() []Case {
	return append(namespaceCases(), append(tracerCases(), append(boundCases(), rankCases()...)...)...)
}

// namespaceCases need a privileged container.
func namespaceCases() []Case {
	sandboxed := func(style, command string, more ...Check) Case {
		c := appOwn("sandbox", style, append(words(command), "/zoo/app", "app", half)...)
		c.Admin, c.Evidence = true, append(c.Evidence, more...)
		return c
	}
	shell := func(style, line string) Case {
		c := appOwn("sandbox", style, "/bin/sh", "-c", line)
		c.Admin = true
		return c
	}
	const bwrap = "bwrap --bind / / --dev-bind /dev /dev"
	const app = "/zoo/app app " + half
	return []Case{
		sandboxed("unshare --pid --fork", "unshare --pid --fork"),
		sandboxed("unshare --mount --fork", "unshare --mount --fork"),
		sandboxed("unshare --pid --fork --mount-proc", "unshare --pid --fork --mount-proc"),
		sandboxed("unshare --pid --fork --kill-child", "unshare --pid --fork --kill-child"),
		sandboxed("unshare --pid --fork --kill-child=TERM", "unshare --pid --fork --kill-child=TERM"),
		sandboxed("unshare --mount", "unshare --mount"),
		shell("unshare --pid --fork sh -c", "unshare --pid --fork sh -c '"+app+"; true'"),
		shell("unshare --pid --fork behind sh -c", "unshare --pid --fork "+app+"; true"),
		sandboxed("nsenter --fork", "nsenter --target 1 --uts"),
		sandboxed("bwrap", bwrap, exits(0)),
		sandboxed("bwrap --unshare-pid", bwrap+" --unshare-pid", exits(0)),
		sandboxed("bwrap --unshare-pid --die-with-parent", bwrap+" --unshare-pid --die-with-parent"),
		sandboxed("bwrap --unshare-pid --as-pid-1", bwrap+" --unshare-pid --as-pid-1"),
		sandboxed("bwrap --die-with-parent", bwrap+" --die-with-parent"),
		sandboxed("bwrap --unshare-all --new-session", bwrap+" --unshare-ipc --unshare-uts --new-session"),
		shell("bwrap --unshare-pid behind sh -c", bwrap+" --unshare-pid "+app+"; true"),
		shell("bwrap --unshare-pid --die-with-parent sh -c", bwrap+" --unshare-pid --die-with-parent sh -c '"+app+"; true'"),
		sandboxed("firejail", "firejail --quiet --noprofile"),
	}
}

// tracerCases trace or fake what the application sees.
func tracerCases() []Case {
	traced := func(style string, command ...string) Case {
		return appOwn("sandbox", style, append(command, "/zoo/app", "app", half)...)
	}
	shell := func(style, line string) Case { return appOwn("sandbox", style, "/bin/sh", "-c", line) }
	const app = "/zoo/app app " + half
	return []Case{
		traced("strace -f", "strace", "-f", "-o", "/dev/null"),
		traced("strace", "strace", "-o", "/dev/null"),
		traced("strace -D", "strace", "-D", "-f", "-o", "/dev/null"),
		traced("strace to standard error", "strace", "-f", "-e", "trace=kill"),
		shell("strace -f behind sh -c", "strace -f -o /dev/null "+app+"; true"),
		shell("strace -f sh -c", "strace -f -o /dev/null sh -c '"+app+"; true'"),
		traced("proot", "proot"),
		traced("chroot", "chroot", "/"),
	}
}

// boundCases have a child that is sent a signal when its parent dies.
func boundCases() []Case {
	bound := func(style string, command ...string) Case {
		return appOwn("sandbox", style, append(command, "/zoo/app", "app", half)...)
	}
	const python = `import ctypes, signal, subprocess, sys
subprocess.run(sys.argv[1:], preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.%s))`
	setpriv := appOwn("sandbox", "setpriv --pdeathsig TERM behind sh -c", "/bin/sh", "-c", "setpriv --pdeathsig TERM /zoo/app app "+half+"; true")
	return []Case{
		bound("Go parent, Pdeathsig SIGTERM", "/zoo/goapp", "pdeathsig"),
		bound("Python parent, pdeathsig SIGTERM", "python3", "-c", fmt.Sprintf(python, "SIGTERM")),
		bound("Python parent, pdeathsig SIGKILL", "python3", "-c", fmt.Sprintf(python, "SIGKILL")),
		setpriv,
	}
}

// rankCases are one program several times over.
func rankCases() []Case {
	const mpirun = "mpirun --allow-run-as-root --oversubscribe -np 2 "
	const rank = "sh -c 'exec /zoo/app rank$OMPI_COMM_WORLD_RANK patient " + half + "'"
	ranks := func(style string, command ...string) Case {
		return Case{
			Subject: "sandbox", Style: style, Command: command, Own: 0.5, Ready: []Check{up("rank0", "rank1")},
			Evidence: []Check{exists("/out/rank0.cleaned", "rank 0 killed in its cleanup"), exists("/out/rank1.cleaned", "rank 1 killed in its cleanup")},
		}
	}
	exec := append(words(strings.TrimSpace(mpirun)), "sh", "-c", "exec /zoo/app rank$OMPI_COMM_WORLD_RANK patient "+half)
	direct, shell := ranks("mpirun -np 2", exec...), ranks("mpirun -np 2 behind sh -c", "/bin/sh", "-c", mpirun+rank+"; true")
	shell.Like = direct.Name()
	return []Case{direct, shell}
}
