package program

// runners put something about a program in order, and run it. Their options are those of the
// implementations in Debian and Alpine.
var runners = []Program{
	// The shells' own.
	{Name: "exec", Kind: Runner, Before: Before{Values: "a"}},
	{Name: "command", Kind: Runner, Before: Before{Asks: "vV"}},
	{Name: "builtin", Kind: Runner},
	{Name: "time", Kind: Runner, Before: Before{Values: "of", Long: []string{"output", "format"}}},

	// Whose, and where.
	{Name: "env", Kind: Runner, Before: Before{Values: "uCa", Long: []string{"unset", "chdir", "argv0"}, Assigns: true, Text: "S"}},
	{Name: "sudo", Kind: Runner, Before: Before{
		Values: "CDRTUaghprtu", Assigns: true, Asks: "lvVKe",
		Long: []string{"user", "group", "chdir", "chroot", "prompt", "host", "role", "type", "command-timeout", "close-from", "other-user"},
	}},
	{Name: "doas", Kind: Runner, Before: Before{Values: "aCu"}},
	{Name: "su", Kind: Runner, Passing: Kills, Before: Before{
		Values: "gGsTw", Text: "c", Words: 1, Long: []string{"group", "supp-group", "shell", "whitelist-environment"},
	}},
	{Name: "runuser", Kind: Runner, Passing: Kills, Before: Before{
		Values: "ugGsTw", Text: "c", Long: []string{"user", "group", "supp-group", "shell", "whitelist-environment"},
	}},
	{Name: "su-exec", Kind: Runner, Before: Before{Words: 1}},
	{Name: "gosu", Kind: Runner, Before: Before{Words: 1}},
	{Name: "setuidgid", Kind: Runner, Before: Before{Words: 1}},
	{Name: "s6-setuidgid", Kind: Runner, Before: Before{Words: 1}},
	{Name: "envuidgid", Kind: Runner, Before: Before{Words: 1}},
	{Name: "s6-applyuidgid", Kind: Runner, Before: Before{Values: "ugG"}},
	{Name: "setpriv", Kind: Runner, Before: Before{Long: []string{
		"ruid", "euid", "reuid", "rgid", "egid", "regid", "groups", "inh-caps", "ambient-caps", "bounding-set", "securebits", "pdeathsig",
		"selinux-label", "apparmor-profile", "landlock-access", "landlock-rule", "ptracer", "seccomp-filter",
	}}},
	{Name: "chroot", Kind: Runner, Before: Before{Words: 1, Long: []string{"userspec", "groups"}}},
	{Name: "unshare", Kind: Runner, Before: Before{Values: "RwSGl", Long: []string{"root", "wd", "setuid", "setgid", "load-interp", "propagation"}}},
	{Name: "nsenter", Kind: Runner, Before: Before{Values: "tSGN", Long: []string{"target", "setuid", "setgid", "net-socket"}}},
	{Name: "setsid", Kind: Runner},
	{Name: "nohup", Kind: Runner},
	{Name: "envdir", Kind: Runner, Before: Before{Words: 1}},
	{Name: "s6-envdir", Kind: Runner, Before: Before{Words: 1, Values: "cL"}},
	{Name: "chpst", Kind: Runner, Before: Before{Values: "uUbenmdopfcrtC/lL"}},
	{Name: "softlimit", Kind: Runner, Before: Before{Values: "acdfmlnoprst"}},
	{Name: "s6-softlimit", Kind: Runner, Before: Before{Values: "acdfmlnoprst"}},
	{Name: "with-contenv", Kind: Runner},
	{Name: "vault-env", Kind: Runner},

	// How, and for how long.
	{Name: "nice", Kind: Runner, Before: Before{Values: "n", Long: []string{"adjustment"}}},
	{Name: "ionice", Kind: Runner, Before: Before{Values: "cnpPu", Long: []string{"class", "classdata"}}},
	{Name: "chrt", Kind: Runner, Before: Before{Words: 1, Values: "TPD", Long: []string{"sched-runtime", "sched-period", "sched-deadline"}}},
	{Name: "taskset", Kind: Runner, Before: Before{Words: 1}},
	{Name: "numactl", Kind: Runner, Before: Before{Values: "iNmCpPlw", Long: []string{"interleave", "cpunodebind", "membind", "physcpubind", "preferred"}}},
	{Name: "prlimit", Kind: Runner},
	{Name: "stdbuf", Kind: Runner, Before: Before{Values: "ioe", Long: []string{"input", "output", "error"}}},
	{Name: "unbuffer", Kind: Runner},
	{Name: "timeout", Kind: Runner, Before: Before{Words: 1, Values: "sk", Long: []string{"signal", "kill-after"}}},
	{Name: "flock", Kind: Runner, Before: Before{Words: 1, Values: "wE", Text: "c", Long: []string{"wait", "timeout", "conflict-exit-code"}}},
	{Name: "linux32", Kind: Runner}, {Name: "linux64", Kind: Runner}, {Name: "i386", Kind: Runner}, {Name: "x86_64", Kind: Runner},
	{Name: "setarch", Kind: Runner, Before: Before{Words: 1}},
	{Name: "strace", Kind: Runner, Before: Before{Values: "abeEIoOpPsSuUX"}},
	{Name: "ltrace", Kind: Runner, Before: Before{Values: "aADeFlnopsuwx"}},
	{Name: "catchsegv", Kind: Runner},
	{Name: "eatmydata", Kind: Runner},
	{Name: "fakeroot", Kind: Runner, Before: Before{Values: "lsib"}},
	{Name: "faketime", Kind: Runner, Before: Before{Words: 1}},
}
