package commandline

import (
	"strings"
	"testing"

	"github.com/softstop/softstop/initbin/program"
)

// TestEnds holds which programs a command line can end up executing; a "?" behind one means
// that it may run below another, or not at all.
func TestEnds(t *testing.T) {
	given := func(name string) (string, bool) { return "/sbin/init", name == "GIVEN" }
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"/app", "-x"}, "/app"},
		{[]string{"env", "A=1", "-u", "B", "/init"}, "/init"},
		{[]string{"/usr/bin/env", "-S", "A=1 bash -c", "exec /sbin/init"}, "/sbin/init"},
		{[]string{"env", "--unset", "B", "--", "/init"}, "/init"},
		{[]string{"sudo", "-u", "root", "/usr/lib/systemd/systemd"}, "/usr/lib/systemd/systemd?"},
		{[]string{"sudo", "-l"}, ""},
		{[]string{"nice", "-n", "5", "ionice", "-c2", "tini", "--", "app"}, "tini"},
		{[]string{"timeout", "-s", "INT", "60", "tini", "app"}, "tini?"},
		{[]string{"su-exec", "app:app", "init"}, "init"},
		{[]string{"chroot", "--userspec", "a:b", "/host", "/sbin/init"}, "/sbin/init"},
		{[]string{"su", "-", "app", "-c", "exec /sbin/init"}, "/sbin/init?"},
		{[]string{"runuser", "-u", "app", "--", "app", "-x"}, "app?"},
		{[]string{"runuser", "app", "--command", "exec app"}, "app?"},
		{[]string{"flock", "-n", "/lock", "-c", "exec app"}, "app?"},
		{[]string{"busybox", "init"}, "init"},
		{[]string{"busybox", "sh", "-c", "exec init"}, "init"},
		{[]string{"sh", "-c", "exec /sbin/init"}, "/sbin/init"},
		{[]string{"bash", "-euo", "pipefail", "-c", "--", "prepare; exec /sbin/init"}, "/sbin/init"},
		{[]string{"sh", "-ce", "prepare && exec /sbin/init --x"}, "/sbin/init"},
		{[]string{"sh", "-c", "prepare; /sbin/init"}, "/sbin/init?"},
		{[]string{"sh", "-c", "/sbin/init & app"}, "app?"},
		{[]string{"sh", "-c", "/sbin/init | tee log"}, ""},
		{[]string{"sh", "-c", "test -x /sbin/init && exec app"}, "app"},
		{[]string{"sh", "-c", "# exec /sbin/init\necho 'exec /sbin/init'; exec app"}, "app"},
		{[]string{"sh", "-c", `INIT=/sbin/init; exec "$INIT"`}, "/sbin/init"},
		{[]string{"sh", "-c", `if a; then I=app; else I=/init; fi; exec $I`}, "app /init"},
		{[]string{"sh", "-c", `for i in /sbin/init /bin/sh; do test -x $i && exec $i; done`}, "/sbin/init /bin/sh"},
		{[]string{"sh", "-c", `exec ${INIT:-/sbin/init --log}`}, "/sbin/init"},
		{[]string{"sh", "-c", `: ${INIT:=/sbin/init}; exec $INIT`}, "/sbin/init"},
		{[]string{"sh", "-c", `exec "$HOME"/bin/init`}, "\x00/bin/init"},
		{[]string{"sh", "-c", `exec "$@"`, "sh", "/sbin/init", "x"}, "/sbin/init"},
		{[]string{"sh", "-c", `exec $0`, "/sbin/init"}, "/sbin/init"},
		{[]string{"sh", "-c", `set -- /sbin/init "$@"; exec "$@"`}, "/sbin/init"},
		{[]string{"sh", "-c", `run() { exec tini -- "$@"; }; run app`}, "tini"},
		{[]string{"sh", "-c", `init() { prepare; }; init`}, "prepare?"},
		{[]string{"sh", "-c", `eval "exec /sbin/init"`}, "/sbin/init"},
		{[]string{"sh", "-c", `trap 'exec /sbin/init' USR1; exec app`}, "/sbin/init app"},
		{[]string{"sh", "-c", `command exec /sbin/init`}, "/sbin/init"},
		{[]string{"sh", "-c", `command -v /sbin/init && exec app`}, "app"},
		{[]string{"sh", "-c", `case $1 in x) exec /sbin/init;; *) exec app;; esac`}, "/sbin/init app"},
		{[]string{"sh", "-c", `exec sh -c "exec /sbin/init"`}, "/sbin/init"},
		{[]string{"sh", "-c", `exec 2>&1; exec env A=b /sbin/init`}, "/sbin/init"},
		{[]string{"sh", "-c", `(exec /sbin/init)`}, "/sbin/init?"},
		{[]string{"sh", "-c", `cat <<E` + "\nexec /sbin/init\nE\nexec app"}, "app"},
		{[]string{"sh", "-c", "init"}, "init?"},
		{[]string{"sh", "-c", "init; app"}, "app?"},
		{[]string{"sh", "-c", "exec (( /sbin/init"}, "/sbin/init?"},
		{[]string{"sh", "/start.sh", "/sbin/init"}, "sh /sbin/init?"},
		{[]string{"sh"}, "sh"},
		{[]string{"sh", "-c", "exec $(which systemd) --x"}, "systemd"},
		{[]string{"bash", "-c", `exec "$(command -v init)"`}, "init"},
		{[]string{"bash", "-c", "exec `readlink -f /sbin/init`"}, "/sbin/init"},
		{[]string{"bash", "-c", `a=(/sbin/init --log x); exec "${a[@]}"`}, "/sbin/init"},
		{[]string{"bash", "-c", `exec $(find-it)`}, "\x00"},
		{[]string{"env", "I=/sbin/init", "sh", "-c", "exec $I"}, "/sbin/init"},
		{[]string{"sh", "-c", "exec $GIVEN"}, "/sbin/init"},
		{[]string{"sh", "-c", "GIVEN=app; exec $GIVEN"}, "app"},
		{[]string{"sh", "-c", "exec ${GIVEN:-app}"}, "/sbin/init"},
		{[]string{"env", "GIVEN=app", "sh", "-c", "exec $GIVEN"}, "app"},
		{[]string{"runsvdir-start"}, "runsvdir-start"},
		{[]string{"xargs", "-n", "1", "tini", "--"}, "tini?"},
		{[]string{"/entrypoint.sh", "/sbin/init"}, "/entrypoint.sh /sbin/init?"},
		{[]string{"/usr/local/bin/entrypoint", "init"}, "/usr/local/bin/entrypoint init?"},
		{[]string{"/entrypoint.sh", "-x", "/sbin/init"}, "/entrypoint.sh /sbin/init?"},
		{[]string{"/start", "sh", "-c", "exec /init"}, "/start /init?"},
		{[]string{"wait-for", "db:5432", "--", "init"}, "wait-for init?"},
		{[]string{"python3", "/usr/bin/systemctl3.py"}, "python3 /usr/bin/systemctl3.py?"},
		{[]string{"/docker-entrypoint.sh", "tini", "--", "app"}, "/docker-entrypoint.sh tini?"},
		{[]string{"/docker-entrypoint.sh", "app", "init"}, "/docker-entrypoint.sh"},
		{[]string{"grep", "init"}, "grep"},
		{[]string{"ls", "/sbin/init"}, "ls"},
		{[]string{"terraform", "init"}, "terraform"},
		{[]string{"app", "--pid", "/init.d"}, "app"},
		{[]string{"app", "--path", "/init"}, "app"},
		{[]string{"app", "--mode=systemd", "systemd", "runit"}, "app"},
		{[]string{"python", "-c", "exec('/sbin/init')"}, "python"},
		{[]string{"/app/init", "serve"}, "/app/init"},
		{nil, ""}, {[]string{""}, ""}, {[]string{"env"}, ""}, {[]string{"exec"}, ""}, {[]string{"sh", "-c"}, "sh"},
	} {
		var got []string
		for _, end := range Ends(c.words, given) {
			name := end.Words[0]
			if !end.Becomes {
				name += "?"
			}
			got = append(got, name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q ends as %q, want %q", c.words, got, c.want)
		}
	}
}

// TestHostileTexts: what opens ten thousand times is neither parsed nor believed.
func TestHostileTexts(t *testing.T) {
	for _, opening := range []string{"(", "((", "$(", "$((", "{ ", "if ", "${a:-", "`", "while ", `"$(`, "case x in x) ", "a=(", "! ", "f() ", "sh -c '", "eval ", "a=$a$a;", "trap 'x' ", "<<E\n"} {
		text := strings.Repeat(opening, 10_000)
		Ends([]string{"sh", "-c", text}, nil)
		Ends([]string{"sh", "-c", text[:min(len(text), maxText)]}, nil)
		HookOf([]string{"sh", "-c", text[:min(len(text), maxText)]})
		NamesProcess1([]string{"sh", "-c", text[:min(len(text), maxText)]})
	}
	for _, pattern := range [][]string{{"app", "--"}, {"sh", "-c", "--", "/entrypoint"}, {"/entrypoint", "sh", "-c", `exec "$@"`}, {"env", "-S", "a b"}, {"app", "su", "-c"}} {
		var words []string
		for len(words) < 50_000 {
			words = append(words, pattern...)
		}
		if ends := Ends(words, nil); len(ends) > maxEnds {
			t.Errorf("%d ends", len(ends))
		}
		HookOf(words)
		NamesProcess1(words)
	}
	big := []string{"sh", "-c", strings.Repeat("x", maxText) + "; exec /sbin/init"}
	if ends := Ends(big, nil); len(ends) != 1 || program.Of(ends[0].Words[0]).Kind != program.System {
		t.Errorf("a text that is too long hides /sbin/init: %v", ends)
	}
}

func FuzzCommandLine(f *testing.F) {
	for _, seed := range []string{"env\x00-S0 0", "sh\x00-c\x00env -S'A=1 jcmd 1 a b'",
		"sh\x00-c\x00exec \"$@\"\x00sh\x00/sbin/init", "env\x00-S\x00a b", "/entrypoint.sh\x00--\x00init", "sh\x00-c\x00sleep 5; nginx -s quit; cat /proc/1/status",
		"su\x00-\x00a\x00-c\x00f() { f; }; f; for i in 1 2; do eval $i; done", "bash\x00-c\x00case $1 in a) exec b;; esac <<E\nx\nE"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Split(line, "\x00")
		for _, end := range Ends(words, nil) {
			if len(end.Words) == 0 {
				t.Error("an end without a program")
			}
		}
		if hook := HookOf(words); hook.Length < 0 || hook.Before < 0 || hook.Length > maxSleep {
			t.Errorf("a hook of %+v", hook)
		}
		NamesProcess1(words)
	})
}
