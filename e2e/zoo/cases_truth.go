package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// truthSubject is what the cases are called in which a command is process 1 itself.
const truthSubject = "process 1"

// truth makes a case of a command that is process 1. image is what softstop check is told; its
// shell is the container's sh.
func truth(image string, rest Case, command ...string) Case {
	rest.Subject, rest.Style, rest.Image, rest.Command = truthSubject, image+" "+strings.Join(command, " "), image, command
	sh := map[string]string{"alpine": "busybox", "debian": "dash"}[strings.Split(image, ":")[0]]
	rest.Before = append([]string{"ln -s /zoo/app /usr/local/bin/app"}, rest.Before...)
	if sh != "" {
		rest.Before = append(rest.Before, "ln -sfn "+sh+" /bin/sh")
	}
	return rest
}

// is holds once process 1 runs a program of this name.
func is(name string) Check {
	return func(c *Cell) error {
		comm, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(c.cmd.Process.Pid), "comm"))
		if got := strings.TrimSpace(string(comm)); err != nil || got != name {
			return fmt.Errorf("process 1 is %q, not yet %q", got, name)
		}
		return nil
	}
}

// busy holds once process 1 has started a child: its traps are set by then.
func busy(c *Cell) error {
	pid := fmt.Sprint(c.cmd.Process.Pid)
	children, err := os.ReadFile(filepath.Join("/proc", pid, "task", pid, "children"))
	if err != nil || len(children) == 0 {
		return fmt.Errorf("process 1 has no child yet")
	}
	return nil
}

// answers holds once an HTTP server on the port has answered: its workers and its handlers are
// there.
func answers(port int) Check {
	return func(*Cell) error {
		client := http.Client{Timeout: 10 * time.Second}
		response, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/", port))
		if err != nil {
			return fmt.Errorf("no answer on port %d yet", port)
		}
		return response.Body.Close()
	}
}

// TruthCases are commands and images as people write them, each process 1 with no init before it:
// what softstop check says of them is held to what they do.
func TruthCases() []Case {
	var all []Case
	app := Case{Ready: []Check{up("app")}, Evidence: []Check{cleaned("app")}}
	for _, s := range []struct{ image, option, script string }{
		{"bash:5", "-c", "app"},
		{"bash:5", "-c", "true; app"},
		{"bash:5", "-c", "true && app"},
		{"bash:5", "-c", "true; true && app"},
		{"bash:5", "-c", "set -eu\ntrue\napp\n"},
		{"bash:5", "-c", "app > /tmp/log"},
		{"bash:5", "-c", "app; true"},
		{"bash:5", "-c", "app | tee /tmp/log"},
		{"bash:5", "-cex", "true; app"},
		{"bash:5", "-lc", "app"},
		{"bash:5", "-c", "trap 'rm -f /tmp/x' EXIT; app"},
		{"bash:5", "-c", "exec app || exit 1"},
		{"bash:5", "-c", "case x in x) exec app;; esac"},
		{"bash:5", "-c", "start() { exec app; }; start"},
		{"bash:5", "-c", "if true; then app; fi"},
		{"debian:12", "-c", "app"},
		{"debian:12", "-c", "true; app"},
		{"debian:12", "-ce", "true; exec app"},
		{"debian:12", "-c", "exec app; echo never"},
		{"debian:12", "-c", "test -e /none && exec false; exec app"},
		{"debian:12", "-c", "app & wait"},
		{"debian:12", "-c", "trap 'kill $!; wait' TERM; app & wait"},
		{"debian:12", "-c", "trap 'exit 0' TERM; app"},
		{"debian:12", "-c", "trap 'exit 0' TERM; app & wait"},
		{"debian:12", "-c", "trap 'kill $p' TERM; app & p=$!; wait $p"},
		{"debian:12", "-c", "trap 'kill $p' EXIT; app & p=$!; wait"},
		{"debian:12", "-c", "while true; do app; done"},
		{"debian:12", "-c", "app & tail -f /dev/null"},
		{"alpine:3", "-c", "app"},
		{"alpine:3", "-c", "true; app"},
		{"alpine:3", "-c", "true\napp\n"},
		{"alpine:3", "-c", "app; true"},
		{"alpine:3", "-c", "{ true; app; }"},
		{"alpine:3", "-c", "app | cat"},
		{"alpine:3", "-c", "trap 'true' HUP; app"},
	} {
		sh := map[bool]string{true: "bash", false: "sh"}[strings.HasPrefix(s.image, "bash")]
		all = append(all, truth(s.image, app, sh, s.option, s.script))
	}
	all = append(all,
		truth("bash:5", app, "bash", "-c", "--", "true; app"),
		truth("debian:12", app, "sh", "-c", `exec "$0" "$@"`, "app"),
		truth("debian:12", app, "app"),
		truth("debian:12", app, "env", "A=1", "app"),
		truth("debian:12", app, "timeout", "3600", "app"),
		truth("debian:12", app, "gosu", "nobody", "app"),
		truth("debian:12", app, "tini", "--", "app"),
	)
	return append(all, append(idleTruths(), serverTruths()...)...)
}

// idleTruths keep a container alive, or have no handler.
func idleTruths() (all []Case) {
	for _, s := range []struct {
		image, name string
		command     []string
	}{
		{"debian:12", "sleep", []string{"sleep", "infinity"}},
		{"debian:12", "tail", []string{"tail", "-f", "/dev/null"}},
		{"alpine:3", "busybox", []string{"busybox", "sleep", "3600"}},
		{"debian:12", "sleep", []string{"sh", "-c", "exec sleep infinity"}},
		{"python:3", "python3", []string{"python3", "-c", "import time; time.sleep(3600)"}},
		{"node:22", "node", []string{"node", "-e", "setInterval(() => {}, 1000)"}},
		{"perl:5", "perl", []string{"perl", "-e", "sleep 3600"}},
	} {
		all = append(all, truth(s.image, Case{Ready: []Check{is(s.name)}}, s.command...))
	}
	for _, script := range []string{
		"trap 'exit 0' TERM; sleep infinity & wait",
		"trap 'exit 0' TERM; while true; do sleep 1; done",
		"trap exit SIGTERM; while true; do sleep 1; done",
		"trap 'exit 0' TERM; sleep infinity",
	} {
		all = append(all, truth("debian:12", Case{Ready: []Check{busy}}, "sh", "-c", script))
	}
	return all
}

// serverTruths are servers as their images start them, behind their entrypoints.
func serverTruths() []Case {
	at := func(port int) Case { return Case{Ready: []Check{listens(port)}} }
	web := func(port int) Case { return Case{Ready: []Check{answers(port)}} }
	files := func(c Case, files map[string]string) Case { c.Files = files; return c }
	wsgi := map[string]string{"/srv/wsgi.py": wsgiApp, "/srv/asgi.py": asgiApp}
	script := map[string]string{"/srv/app.js": "require('http').createServer((_, r) => r.end()).listen(8000)"}
	node := Case{Files: map[string]string{
		"/srv/server.js":    nodeServer,
		"/srv/package.json": `{"name":"zoo","version":"1.0.0","scripts":{"start":"node server.js"}}`,
	}, Ready: []Check{up("app"), listens(8000)}, Evidence: []Check{cleaned("app")}}
	return []Case{
		truth("nginx:1", web(80), "nginx", "-g", "daemon off;"),
		truth("redis:7", at(6379), "redis-server"),
		truth("memcached:1", at(11211), "memcached", "-u", "nobody"),
		truth("haproxy:2", files(web(8000), map[string]string{"/etc/h.cfg": haproxyTruth}), "haproxy", "-db", "-f", "/etc/h.cfg"),
		truth("caddy:2", web(8000), "caddy", "file-server", "--listen", ":8000"),
		truth("eclipse-mosquitto:2", at(1883), "mosquitto"),
		truth("python:3", files(web(8000), wsgi), "gunicorn", "--chdir", "/srv", "-b", ":8000", "wsgi:application"),
		truth("python:3", files(web(8000), wsgi), "python3", "-m", "uvicorn", "--app-dir", "/srv", "--port", "8000", "asgi:application"),
		truth("python:3", web(8000), "python3", "-m", "http.server", "8000"),
		truth("node:22", files(web(8000), script), "node", "/srv/app.js"),
		truth("node:22", node, "npm", "--prefix", "/srv", "start"),
		truth("ruby:3", Case{Ready: []Check{exists("/tmp/up", "not up")}}, "ruby", "-e", "File.write('/tmp/up', ''); sleep"),
	}
}

const haproxyTruth = "defaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 5s\nfrontend f\n bind :8000\n"
