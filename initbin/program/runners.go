package program

// runners put something about a program in order, and run it. Their options are those of the
// implementations in Debian and Alpine.
var runners = []Program{
	// The shells' own.
	{Name: "exec", Kind: Runner, Before: Before{Values: "a"}},
	{Name: "command", Kind: Runner, Before: Before{Asks: "vV"}},
	{Name: "builtin", Kind: Runner},
	{Name: "time", Kind: Runner, Stays: true, Before: Before{Values: "of", Long: "output format"}},

	// Whose, and where.
	{Name: "env", Kind: Runner, Before: Before{Values: "uCa", Long: "split-string unset chdir argv0", Assigns: true, Split: "S"}},
	{Name: "sudo", Kind: Runner, Stays: true, Before: Before{
		Values: "CDRTUaghprtu", Assigns: true, Asks: "lvVKe",
		Long: "user group chdir chroot prompt host role type command-timeout close-from other-user",
	}},
	{Name: "doas", Kind: Runner, Passing: Kills, Before: Before{Values: "aCu"}},
	{Name: "su", Kind: Runner, Passing: Kills, Stays: true, Before: Before{
		Values: "gGsTw", Text: "c", Words: 1, Long: "command group supp-group shell whitelist-environment",
	}},
	{Name: "runuser", Kind: Runner, Passing: Kills, Stays: true, Before: Before{
		Values: "ugGsTw", Text: "c", Words: 1, Instead: "u", Long: "command user group supp-group shell whitelist-environment",
	}},
	{Name: "su-exec", Kind: Runner, Before: Before{Words: 1}},
	{Name: "gosu", Kind: Runner, Before: Before{Words: 1}},
	{Name: "setuidgid", Kind: Runner, Before: Before{Words: 1}},
	{Name: "s6-setuidgid", Kind: Runner, Before: Before{Words: 1}},
	{Name: "envuidgid", Kind: Runner, Before: Before{Words: 1}},
	{Name: "s6-applyuidgid", Kind: Runner, Before: Before{Values: "ugG"}},
	{Name: "setpriv", Kind: Runner, Before: Before{Long: "ruid euid reuid rgid egid regid groups inh-caps ambient-caps " +
		"bounding-set securebits pdeathsig selinux-label apparmor-profile landlock-access landlock-rule seccomp-filter"}},
	{Name: "chroot", Kind: Runner, Before: Before{Words: 1, Long: "userspec groups"}},
	{Name: "unshare", Kind: Runner, Before: Before{Values: "RwSGl", Long: "root wd setuid setgid load-interp propagation"}},
	{Name: "nsenter", Kind: Runner, Before: Before{Values: "tSGN", Long: "target setuid setgid net-socket"}},
	{Name: "setsid", Kind: Runner, Stays: true},
	{Name: "nohup", Kind: Runner},
	{Name: "envdir", Kind: Runner, Before: Before{Words: 1}},
	{Name: "s6-envdir", Kind: Runner, Before: Before{Words: 1, Values: "cL"}},
	{Name: "chpst", Kind: Runner, Before: Before{Values: "uUbenmdopfcrtC/lL"}},
	{Name: "softlimit", Kind: Runner, Before: Before{Values: "acdfmlnoprst"}},
	{Name: "s6-softlimit", Kind: Runner, Before: Before{Values: "acdfmlnoprst"}},
	{Name: "with-contenv", Kind: Runner},
	{Name: "vault-env", Kind: Runner},

	// How, and for how long.
	{Name: "nice", Kind: Runner, Before: Before{Values: "n", Long: "adjustment"}},
	{Name: "ionice", Kind: Runner, Before: Before{Values: "cnpPu", Long: "class classdata"}},
	{Name: "chrt", Kind: Runner, Before: Before{Words: 1, Values: "TPD", Long: "sched-runtime sched-period sched-deadline"}},
	{Name: "taskset", Kind: Runner, Before: Before{Words: 1}},
	{Name: "numactl", Kind: Runner, Before: Before{Values: "iNmCpPlw", Long: "interleave cpunodebind membind physcpubind preferred"}},
	{Name: "prlimit", Kind: Runner, Before: Before{Values: "po", Long: "pid output"}},
	{Name: "stdbuf", Kind: Runner, Before: Before{Values: "ioe", Long: "input output error"}},
	{Name: "unbuffer", Kind: Runner, Stays: true},
	{Name: "timeout", Kind: Runner, Stays: true, Before: Before{Words: 1, Values: "sk", Long: "signal kill-after"}},
	{Name: "flock", Kind: Runner, Stays: true, Before: Before{Words: 1, Values: "wE", Text: "c", Long: "command wait timeout"}},
	{Name: "linux32", Kind: Runner}, {Name: "linux64", Kind: Runner}, {Name: "i386", Kind: Runner}, {Name: "x86_64", Kind: Runner},
	{Name: "setarch", Kind: Runner, Before: Before{Words: 1}},
	{Name: "strace", Kind: Runner, Stays: true, Before: Before{Values: "abeEIoOpPsSuUX"}},
	{Name: "ltrace", Kind: Runner, Stays: true, Before: Before{Values: "aADeFlnopsuwx"}},
	{Name: "catchsegv", Kind: Runner, Stays: true},
	{Name: "eatmydata", Kind: Runner},
	{Name: "xargs", Kind: Runner, Stays: true, Before: Before{
		Values: "adEILnPs", Long: "arg-file delimiter max-args max-procs max-chars process-slot-var",
	}},
	{Name: "fakeroot", Kind: Runner, Stays: true, Before: Before{Values: "lsib"}},
	{Name: "faketime", Kind: Runner, Before: Before{Words: 1}},
}
