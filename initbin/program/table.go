package program

// inits forward signals and reap: a container that starts with one keeps it.
var inits = []Program{
	{Name: "tini", Kind: Init, Passing: Forwards},
	{Name: "tini-static", Kind: Init, Passing: Forwards},
	{Name: "docker-init", Kind: Init, Passing: Forwards},
	{Name: "catatonit", Kind: Init, Passing: Forwards},
	{Name: "dumb-init", Kind: Init, Passing: Repeats},
	{Name: "smell-baron", Kind: Init},
	{Name: "podman-init", Kind: Init},
	{Name: "go-init", Kind: Init},
	{Name: "pid1", Kind: Init},
	{Name: "softstop-init", Kind: Init},
}

// systems are wherever they are; systemFiles have names that others bear as well, and count
// in the system's folders only. k3s and rke2 evacuate the container's cgroup only as process
// 1, and their kubelet cannot start without; systemctl is the replacement for containers,
// which starts the services if it is process 1, and lists them if it is not.
var (
	systems = []Program{
		{Name: "systemd", Kind: System}, {Name: "my_init", Kind: System}, {Name: "runit-init", Kind: System}, {Name: "runsvdir", Kind: System}, {Name: "runsvdir-start", Kind: System},
		{Name: "s6-svscan", Kind: System}, {Name: "s6-linux-init", Kind: System}, {Name: "s6-overlay-suexec", Kind: System},
		{Name: "openrc-init", Kind: System}, {Name: "systemctl.py", Kind: System}, {Name: "systemctl3.py", Kind: System},
		{Name: "k3s", Kind: System}, {Name: "rke2", Kind: System},
	}
	systemFiles = [...]string{"init", "preinit", "linuxrc", "runit", "upstart", "finit", "dinit", "sinit", "procd", "systemctl"}
)

var shells = []Program{
	{Name: "sh", Kind: Shell}, {Name: "bash", Kind: Shell, Blind: true}, {Name: "dash", Kind: Shell, Blind: true}, {Name: "ash", Kind: Shell, Blind: true},
	{Name: "ksh", Kind: Shell}, {Name: "ksh93", Kind: Shell}, {Name: "mksh", Kind: Shell}, {Name: "oksh", Kind: Shell},
	{Name: "pdksh", Kind: Shell}, {Name: "lksh", Kind: Shell}, {Name: "zsh", Kind: Shell}, {Name: "yash", Kind: Shell, Blind: true},
	{Name: "posh", Kind: Shell}, {Name: "hush", Kind: Shell}, {Name: "rbash", Kind: Shell, Blind: true}, {Name: "static-sh", Kind: Shell},
	{Name: "bash-static", Kind: Shell, Blind: true},
	{Name: "busybox", Kind: Multicall, Blind: true}, {Name: "toybox", Kind: Multicall, Blind: true}, {Name: "busybox.static", Kind: Multicall, Blind: true},
}

// idlers are onlookers, too.
var idlers = []Program{{Name: "sleep", Kind: Onlooker, Passing: Idles}, {Name: "tail", Kind: Onlooker, Passing: Idles}}

// runtimes are interpreters that catch the signal for themselves. Go's is known by what it
// catches.
var runtimes = []Program{{Name: "node", Passing: DiesOfIt}, {Name: "nodejs", Passing: DiesOfIt}, {Name: "ruby", Passing: DiesOfIt}}

// onlookers are what scripts look at files with, and move them about with.
var onlookers = [...]string{
	"[", "[[", "test", "echo", "printf", "true", "false", ":", "ls", "cat", "cp", "mv", "rm", "ln", "install", "mkdir", "mktemp", "touch",
	"chmod", "chown", "chgrp", "stat", "file", "readlink", "realpath", "basename", "dirname", "which", "type", "hash", "grep", "egrep", "fgrep",
	"sed", "awk", "head", "cut", "tr", "sort", "wc", "tee", "diff", "cmp", "md5sum", "sha256sum", "tar", "gzip", "find", "mount", "umount",
	"export", "readonly", "local", "declare", "typeset", "unset", "set", "shift", "cd", "read", "wait", "kill", "pkill", "killall", "pgrep",
	"pidof", "ps", "exit", "return", "break", "continue",
}
