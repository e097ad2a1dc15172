package proc

import "testing"

func TestIsShell(t *testing.T) {
	for path, want := range map[string]bool{
		"/bin/sh": true, "sh": true, "-bash": true, "/usr/bin/dash": true, "/usr/bin/bash (deleted)": true, "/opt/bin/zsh": true,
		"/usr/bin/python3": false, "/bin/busybox": false, "": false, "/": false, "shell": false, "/bin/sh/x": false, "fish": true,
	} {
		if IsShell([]byte(path)) != want {
			t.Errorf("IsShell(%q) is %v", path, !want)
		}
	}
	if !IsBlindToStops([]byte("/usr/bin/bash")) || !IsBlindToStops([]byte("/bin/busybox")) || IsBlindToStops([]byte("/bin/mksh")) {
		t.Error("bash and busybox do not notice that a child is stopped, mksh does")
	}
	if !IsMulticall([]byte("/bin/busybox")) || IsMulticall([]byte("/bin/sh")) {
		t.Error("busybox alone is many programs")
	}
}

func TestWrapperKind(t *testing.T) {
	for _, c := range []struct {
		path, words string
		want        Wrapper
	}{
		{"/bin/su", "su\x00-c\x00app\x00", Killer},
		{"/usr/sbin/runuser", "runuser\x00", Killer},
		{"/usr/bin/script", "script\x00", NoWrapper},
		{"/usr/bin/dumb-init", "dumb-init\x00app\x00", Repeater},
		{"/usr/bin/dumb-init", "dumb-init\x00--rewrite\x0015:3\x00app\x00", NoWrapper},
		{"/usr/bin/dumb-init", "dumb-init\x00-vr\x0015:3\x00app\x00", NoWrapper},
		{"/usr/bin/dumb-init", "dumb-init\x00app\x00-r\x00", Repeater},
		{"/usr/bin/dumb-init", "dumb-init\x00--\x00-r\x00", Repeater},
		{"/sbin/tini", "/sbin/tini\x00--\x00app\x00", Forwarder},
		{"/sbin/tini", "/sbin/tini\x00-g\x00--\x00app\x00", NoWrapper},
		{"/usr/bin/catatonit", "catatonit\x00--\x00app\x00", Forwarder},
		{"/usr/bin/perl", "su\x00", NoWrapper},
		{"/usr/bin/sleep", "sleep\x001\x00", Idler},
		{"/usr/bin/ruby3.1", "ruby\x00", Eager},
		{"", "", NoWrapper},
		{"/bin/su", "", Killer},
	} {
		if got := WrapperKind([]byte(c.path), []byte(c.words)); got != c.want {
			t.Errorf("%s %q is wrapper %d, want %d", c.path, c.words, got, c.want)
		}
	}
}
