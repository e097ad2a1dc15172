package program

import "testing"

func TestOf(t *testing.T) {
	for file, want := range map[string]Kind{
		"/usr/bin/tini": Init, "dumb-init": Init, "/run/podman-init": Init, "/softstop/softstop-init": Init,
		"/init": System, "init": System, "/sbin/init": System, "/bin/init": System, "/usr/sbin/../sbin//init": System,
		"/lib/systemd/systemd": System, "systemd": System, "/opt/systemd": System, "/sbin/my_init": System, "/sbin/runit": System,
		"/package/admin/s6-overlay-3.2.0/libexec/preinit": System, "/bin/k3s": System, "/run/current-system/init": System, "/etc/s6-linux-init/current/bin/init": System, "/lib/sysvinit/init": System, "/usr/bin/systemctl": System,
		"/app/init": Ordinary, "./init": System, "init.d": Ordinary, "/init/": System, "/init.sh": Ordinary, "reinit": Ordinary, "/opt/runit": Ordinary,
		"/bin/sh": Shell, "bash": Shell, "busybox": Multicall, "/usr/bin/env": Runner, "exec": Runner, "su": Runner,
		"ls": Onlooker, "/usr/bin/[": Onlooker, "": Ordinary, "/": Ordinary, "nginx": Ordinary,
	} {
		if got := Of(file).Kind; got != want {
			t.Errorf("%q is %d, want %d", file, got, want)
		}
	}
}

// TestNamesStandOnce: which row is found must not hang on the order of the tables.
func TestNamesStandOnce(t *testing.T) {
	seen := map[string]bool{}
	once := func(name string) {
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		seen[name] = true
	}
	for _, rows := range [][]Program{inits, systems, shells, runners} {
		for _, row := range rows {
			once(row.Name)
			if row.Kind == Ordinary || row.Kind != Runner && (row.Before.Words > 0 || row.Before.Values != "") {
				t.Errorf("%s has no kind, or words before a command that it does not run", row.Name)
			}
		}
	}
	for _, name := range systemFiles {
		once(name)
	}
	for _, name := range onlookers {
		once(name)
	}
}
