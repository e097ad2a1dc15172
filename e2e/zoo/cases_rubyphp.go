package main

import "golang.org/x/sys/unix"

// rubyPHPCases are the application servers of Ruby, PHP and Java.
func rubyPHPCases() []Case { return append(rubyCases(), append(phpCases(), tomcatCases()...)...) }

func rubyCases() []Case {
	serving := Case{
		Files: map[string]string{"/srv/config.ru": rackApp, "/srv/unicorn.rb": "worker_processes 2\nlisten 8000\n"},
		Ready: []Check{listens(8000)},
		Acts:  []Act{request("http://127.0.0.1:8000/", up("request"))},
	}
	with := func(subject, style string, stop unix.Signal, command ...string) Case {
		c := serving
		c.Subject, c.Style, c.Stop, c.Command = subject, style, stop, command
		return c
	}
	return []Case{
		with("puma", "exec form", 0, "puma", "--dir", "/srv", "-p", "8000", "/srv/config.ru"),
		with("puma", "two workers behind sh -c", 0, "/bin/sh", "-c", "cd /srv; puma -w 2 -p 8000 config.ru; echo done"),
		with("unicorn", "exec form, SIGQUIT", unix.SIGQUIT, "unicorn", "-c", "/srv/unicorn.rb", "/srv/config.ru"),
		with("unicorn", "sh -c with two commands, SIGQUIT", unix.SIGQUIT, "/bin/sh", "-c", "unicorn -c /srv/unicorn.rb /srv/config.ru; echo done"),
	}
}

const rackApp = `run lambda { |env|
  File.write("/out/request.up", "#{$$}\n", mode: "a")
  sleep 1.5
  [200, {"Content-Type" => "text/plain", "Content-Length" => "5"}, ["whole"]]
}
`

const slowPHP = `<?php
file_put_contents("/out/request.up", getmypid() . "\n", FILE_APPEND);
usleep(1500000);
echo "whole";
`

const fpmConfig = `[global]
pid = /run/php/fpm.pid
error_log = /proc/self/fd/2
process_control_timeout = 10s
include=/etc/php/8.2/fpm/pool.d/*.conf
`

func phpCases() []Case {
	const ask = "SCRIPT_FILENAME=/srv/slow.php REQUEST_METHOD=GET cgi-fcgi -bind -connect /run/php/php8.2-fpm.sock | grep -q whole"
	fpm := Case{
		Stop:   unix.SIGQUIT,
		Files:  map[string]string{"/srv/slow.php": slowPHP, "/etc/php/8.2/fpm/php-fpm.conf": fpmConfig},
		Before: []string{"install -d -o www-data /run/php"},
		Ready:  []Check{exists("/run/php/php8.2-fpm.sock", "no socket yet")},
		Acts:   []Act{background(ask, "request in flight failed"), until(up("request"))},
	}
	with := func(style string, command ...string) Case {
		c := fpm
		c.Subject, c.Style, c.Command = "php-fpm", style, command
		return c
	}
	worker := Case{
		Subject: "php", Style: "queue worker behind a script", Command: []string{"/bin/sh", "-c", "php /srv/worker.php; echo done"},
		Files: map[string]string{"/srv/worker.php": phpWorker}, Ready: []Check{up("app")}, Evidence: []Check{cleaned("app")},
	}
	return []Case{
		with("exec form, SIGQUIT", "php-fpm8.2", "-F"),
		with("sh -c with two commands, SIGQUIT", "/bin/sh", "-c", "php-fpm8.2 -F; echo done"),
		worker,
	}
}

const phpWorker = `<?php
function note($what) { file_put_contents("/out/app.$what", getmypid() . "\n", FILE_APPEND); }
pcntl_async_signals(true);
$told = 0;
pcntl_signal(SIGTERM, function () use (&$told) { note("told"); if ($told++) { note("hard"); exit(99); } });
note("up");
while (!$told) usleep(50000);
$end = microtime(true) + 1;
while (microtime(true) < $end) usleep(50000);
note("cleaned");
`

func tomcatCases() []Case {
	tomcat := Case{
		Ready:    []Check{logHas("Server startup in", "not up")},
		Evidence: []Check{runs("cat /var/lib/tomcat10/logs/catalina.*log /var/lib/tomcat10/logs/catalina.out | grep -q 'Destroying ProtocolHandler'", "no word of a shutdown")},
	}
	const env = "export CATALINA_HOME=/usr/share/tomcat10 CATALINA_BASE=/var/lib/tomcat10 JAVA_OPTS='-XX:+UseSerialGC -XX:TieredStopAtLevel=1'\n"
	return []Case{
		script("tomcat", "catalina.sh run in a script", "#!/bin/bash\n"+env+"$CATALINA_HOME/bin/catalina.sh run\necho done\n", tomcat),
		script("tomcat", "startup.sh, tail -f in front", "#!/bin/bash\n"+env+"$CATALINA_HOME/bin/startup.sh\ntail -F $CATALINA_BASE/logs/catalina.out\n", tomcat),
	}
}
