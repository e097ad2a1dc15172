package commandline

import (
	"testing"
	"time"

	"github.com/softstop/softstop/initbin"
)

// TestHookOf holds what is read from the hooks that people write.
func TestHookOf(t *testing.T) {
	const s = time.Second
	stops := func(before time.Duration) Hook { return Hook{Stops: true, Before: before, Length: before} }
	for script, want := range map[string]Hook{
		"sleep 5":                                                 {Length: 5 * s},
		"sleep 0.5; sleep 1m 2s":                                  {Length: 62500 * time.Millisecond},
		"touch /stop && /bin/sleep 60":                            {Length: 60 * s},
		"touch /stop; sleep 3; exit 0; sleep 9":                   {Length: 3 * s},
		"exec sleep 5; sleep 9":                                   {Length: 5 * s},
		"sleep 5 & wait":                                          {},
		"sleep 5 || sleep 9":                                      {Length: 5 * s},
		"if a; then sleep 5; else sleep 3; fi":                    {Length: 3 * s},
		"if a; then sleep 5; fi; sleep 1":                         {Length: s},
		"for i in 1 2 3; do sleep 2; done":                        {Length: 6 * s},
		"for i in 1 2 3; do a && break; sleep 2; done":            {},
		"for i in $LIST; do sleep 2; done":                        {},
		"case $1 in a) sleep 5;; esac":                            {},
		"while pgrep x; do sleep 1; done":                         {},
		"while true; do sleep 1; done":                            {Endless: true, Length: s},
		"while :; do a || exit; sleep 1; done":                    {},
		"sleep infinity":                                          {Endless: true},
		"sleep $WAIT":                                             {},
		"WAIT=15; sleep $WAIT":                                    {Length: 15 * s},
		"sleep ${WAIT:-15}":                                       {Length: 15 * s},
		"echo sleep 5":                                            {},
		"w() { sleep 2; }; w; w":                                  {Length: 4 * s},
		"timeout 3 sleep 10":                                      {Length: 3 * s},
		"timeout -s INT 30 sleep 10":                              {Length: 10 * s},
		"{ sleep 1; (sleep 2; exit); sleep 3; }":                  {Length: 6 * s},
		"sleep 4 | sleep 2":                                       {Length: 4 * s},
		"nginx -s quit":                                           stops(0),
		"sleep 5; /usr/sbin/nginx -s quit":                        stops(5 * s),
		"nginx -s quit; sleep 5":                                  {Stops: true, Length: 5 * s},
		"nginx -s quit; while killall -0 nginx; do sleep 1; done": stops(0),
		"nginx -s reload":                                         {},
		"apachectl -k graceful-stop":                              stops(0),
		"redis-cli -a x shutdown nosave":                          stops(0),
		"test -f /x && pg_ctl stop -m fast":                       stops(0),
		"curl -X POST localhost:8080/actuator/shutdown":           stops(0),
		"curl http://localhost:8080/healthz":                      {},
		"kill 1":                                                  {Stops: true, ToProcess1: initbin.SIGTERM},
		"kill -s QUIT 1":                                          {Stops: true, ToProcess1: initbin.SIGQUIT},
		"sleep 2; kill -SIGQUIT 1; sleep 1":                       {Stops: true, ToProcess1: initbin.SIGQUIT, Before: 2 * s, Length: 3 * s},
		"kill -HUP 1":                                             {},
		"kill -3 1":                                               {},
		"kill -0 1":                                               {},
		"kill -TERM $(cat /run/app.pid)":                          stops(0),
		"pkill -f gunicorn":                                       stops(0),
		"pkill -HUP nginx":                                        {},
		"ps ax | grep [a]pp | awk '{ print $1 }' | xargs -r kill": stops(0),
		"pidof app | xargs kill -HUP":                             {},
		"find /tmp | xargs rm":                                    {},
		"kafka-server-stop.sh":                                    stops(0),
		"/etc/init.d/nginx stop":                                  stops(0),
		"sudo nginx -s stop":                                      stops(0),
		"echo stop":                                               {},
		"for i in 1 2; do":                                        {},
	} {
		if got := HookOf([]string{"sh", "-c", script}); got != want {
			t.Errorf("%q is %+v, want %+v", script, got, want)
		}
	}
	for _, c := range []struct {
		words []string
		want  Hook
	}{
		{[]string{"/bin/sleep", "10"}, Hook{Length: 10 * s}},
		{[]string{"/softstop/softstop-init", "sleep", "1m30s"}, Hook{Length: 90 * s}},
		{[]string{"busybox", "sleep", "7"}, Hook{Length: 7 * s}},
		{[]string{"sleep", "-1"}, Hook{}},
		{[]string{"sleep", "9e99"}, Hook{Length: maxSleep}},
		{[]string{"/usr/sbin/nginx", "-s", "quit"}, stops(0)},
		{[]string{"sh", "/scripts/stop.sh"}, stops(0)},
		{[]string{"/wait-for-drain"}, Hook{}},
		{nil, Hook{}},
	} {
		if got := HookOf(c.words); got != c.want {
			t.Errorf("%q is %+v, want %+v", c.words, got, c.want)
		}
	}
}

// TestNamesProcess1 holds which commands are about process 1, and which of them mean the
// same under an init ("=").
func TestNamesProcess1(t *testing.T) {
	for script, want := range map[string]string{
		"jcmd 1 VM.version":                         "jcmd 1 VM.version",
		"jstack -l 1 | grep x":                      "jstack -l 1",
		"jstat -gc 7 1000 1":                        "",
		"kill -0 1":                                 "=kill -0 1",
		"kill -HUP 1 && sleep 1":                    "=kill -HUP 1",
		"kill 12":                                   "",
		"nsenter -t 1 -m -- cat /x":                 "=nsenter -t 1 -m --",
		"ps -o comm= -p 1":                          "ps -o comm= -p 1",
		"ps aux | grep 1":                           "",
		"top -b -n 1":                               "",
		"head -n 1 /x":                              "",
		"sleep 1":                                   "",
		"PID=1; jmap -histo $PID":                   "jmap -histo 1",
		`test "$(cat /proc/1/comm)" = java`:         "/proc/1/comm",
		"grep -q java /proc/1/cmdline":              "=/proc/1/cmdline",
		"grep VmRSS < /proc/1/status":               "/proc/1/status",
		"echo x > /proc/1/fd/1":                     "=/proc/1/fd/1",
		"cat /proc/17/status /proc/self/stat":       "",
		"strace -f -p 1":                            "strace -f -p 1",
		"sudo jcmd 1":                               "jcmd 1",
		"pkill -P 1; pgrep --parent=1":              "pkill -P 1pgrep --parent=1",
		"pkill -x app; pgrep -s 17":                 "",
		"kill -TERM -1":                             "kill -TERM -1",
		"kill -1 1":                                 "=kill -1 1",
		"killall5 -15":                              "killall5 -15",
		"gdb -batch app 1":                          "gdb -batch app 1",
		"chrt -p 1; ionice -c3 -p 1":                "chrt -p 1ionice -c3 -p 1",
		"renice 5 1; renice 1 7":                    "renice 5 1",
		"prlimit --pid 1; prlimit -p1 --nofile":     "prlimit --pid 1prlimit -p1 --nofile",
		"ps -o pid= -p 1,2; ps -q 17":               "ps -o pid= -p 1,2",
		"pstree 1; reptyr 1; lsns -p 1":             "pstree 1reptyr 1lsns -p 1",
		"test -d /proc/1; [ -e /proc/1/ ]":          "=/proc/1=/proc/1",
		"cd /proc/1 && cat status":                  "/proc/1",
		"cat /host/proc/1/status /x/proc/1":         "",
		"dd if=/proc/1/mem":                         "/proc/1/mem",
		"tail --pid=1 -f /dev/null":                 "",
		"if ! py-spy dump --pid 1; then exit 1; fi": "py-spy dump --pid 1",
	} {
		got := ""
		for _, naming := range NamesProcess1([]string{"sh", "-c", script}) {
			if naming.SameUnderInit {
				got += "="
			}
			got += naming.Command
		}
		if got != want {
			t.Errorf("%q names %q, want %q", script, got, want)
		}
	}
}
