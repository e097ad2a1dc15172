package main

import "golang.org/x/sys/unix"

// bigFile makes a file too large for the socket buffers, so that its download is in
// flight for as long as the client reads.
func bigFile(folder string) string { return "head -c 33554432 /dev/urandom > " + folder + "/big" }

// webCases stop with a download or a request in flight, which must end whole.
func webCases() []Case {
	return append(nginxCases(), append(apacheCases(), proxyCases()...)...)
}

func nginxCases() []Case {
	const www = "/var/www/html"
	const server = "nginx -g 'daemon off;'"
	nginx := Case{
		Stop: unix.SIGQUIT, Before: []string{bigFile(www)}, Ready: []Check{listens(80)},
		Acts: []Act{download(www + "/big")},
	}
	with := func(style string, command ...string) Case {
		c := nginx
		c.Subject, c.Style, c.Command = "nginx", style, command
		return c
	}
	inner := nginx
	inner.Files = map[string]string{"/inner.sh": "#!/bin/sh\n" + server + "\n"}
	reload := with("HUP reloads behind sh -c", "/bin/sh", "-c", server+"; echo done")
	reload.Acts = []Act{
		do("echo 'server { listen 81; return 200 new; }' > /etc/nginx/sites-enabled/new"),
		signalInit(unix.SIGHUP),
		expects(listens(81), "HUP did not reload"),
		download(www + "/big"),
	}
	supervised := with("under supervisord behind sh -c", "/bin/sh", "-c", "supervisord -n -c /etc/app.conf; echo done")
	supervised.Stop = 0
	supervised.Files = map[string]string{"/etc/app.conf": supervisordConfig("", "command=nginx -g 'daemon off;'\nstopsignal=QUIT")}
	fpm := script("nginx", "php-fpm as a daemon beside it", "#!/bin/bash\nphp-fpm8.2 -D\n"+server+"\n", Case{
		Stop: unix.SIGQUIT, Ready: []Check{listens(80), exists("/run/php/php8.2-fpm.sock", "no php-fpm yet")},
		Files: map[string]string{
			"/etc/nginx/sites-enabled/default": "server { listen 80; root /srv; location ~ \\.php$ { include snippets/fastcgi-php.conf; fastcgi_pass unix:/run/php/php8.2-fpm.sock; } }",
			"/srv/slow.php":                    slowPHP,
			"/etc/php/8.2/fpm/php-fpm.conf":    fpmConfig,
		},
		Before: []string{"install -d -o www-data /run/php"},
		Acts:   []Act{request("http://127.0.0.1/slow.php", up("request"))},
	})
	return []Case{
		with("exec form", "nginx", "-g", "daemon off;"),
		with("sh -c with two commands", "/bin/sh", "-c", server+"; echo done"),
		script("nginx", "script", "#!/bin/bash\n"+server+"\n", nginx),
		script("nginx", "script in script", "#!/bin/bash\n/inner.sh\n", inner),
		script("nginx", "service start, tail -f in front", "#!/bin/bash\nservice nginx start\ntail -f /var/log/nginx/access.log\n", nginx),
		reload,
		supervised,
		fpm,
	}
}

func apacheCases() []Case {
	apache := Case{
		Stop: unix.SIGWINCH, Before: []string{bigFile("/var/www/html")}, Ready: []Check{listens(80)},
		Acts: []Act{download("/var/www/html/big")},
	}
	with := func(style string, command ...string) Case {
		c := apache
		c.Subject, c.Style, c.Command = "apache", style, command
		return c
	}
	lighttpd := Case{
		Subject: "lighttpd", Style: "behind sh -c, SIGINT", Command: []string{"/bin/sh", "-c", "lighttpd -D -f /srv/l.conf; echo done"},
		Files: map[string]string{"/srv/l.conf": "server.document-root = \"/srv\"\nserver.port = 80\n"},
		Stop:  unix.SIGINT, Before: []string{bigFile("/srv")}, Ready: []Check{listens(80)}, Acts: []Act{download("/srv/big")},
	}
	caddy := Case{
		Subject: "caddy", Style: "behind sh -c", Command: []string{"/bin/sh", "-c", "caddy file-server --root /srv --listen :80; echo done"},
		Before: []string{bigFile("/srv")}, Ready: []Check{listens(80)}, Acts: []Act{download("/srv/big")},
	}
	return []Case{
		with("apachectl -D FOREGROUND", "apachectl", "-D", "FOREGROUND"),
		with("apachectl behind sh -c", "/bin/sh", "-c", "apachectl -D FOREGROUND; echo done"),
		script("apache", "script", "#!/bin/bash\n. /etc/apache2/envvars\nmkdir -p $APACHE_RUN_DIR\n/usr/sbin/apache2 -D FOREGROUND\n", apache),
		lighttpd,
		caddy,
	}
}

func proxyCases() []Case {
	// The master starts itself a second time once its worker serves; a signal meanwhile
	// is lost to it.
	const masterAnswers = `python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("/run/master.sock"); s.send(b"show proc\n"); assert b"worker" in s.recv(9999)'`
	const config = `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend f
  bind :80
  default_backend b
backend b
  server s 127.0.0.1:8081
`
	haproxy := Case{
		Stop: unix.SIGUSR1, Files: map[string]string{"/srv/h.cfg": config}, Ready: []Check{listens(80), runs(masterAnswers, "the master does not answer yet")},
		Acts: []Act{backend("127.0.0.1:8081"), request("http://127.0.0.1/", up("request"))},
	}
	with := func(style string, command ...string) Case {
		c := haproxy
		c.Subject, c.Style, c.Command = "haproxy", style, command
		return c
	}
	squid := Case{
		Subject: "squid", Style: "behind a script", Command: []string{"/bin/sh", "-c", "squid --foreground -f /srv/s.conf; echo done"},
		Files: map[string]string{"/srv/s.conf": "http_port 3128\nshutdown_lifetime 1 seconds\ncache_log /out/cache.log\npid_filename /run/squid.pid\nmax_filedescriptors 1024\n"},
		Ready: []Check{listens(3128)}, Evidence: []Check{fileHas("/out/cache.log", "Exiting normally", "no word of a shutdown")},
	}
	return []Case{
		with("master and worker, SIGUSR1", "haproxy", "-W", "-db", "-S", "/run/master.sock", "-f", "/srv/h.cfg"),
		with("behind sh -c, SIGUSR1", "/bin/sh", "-c", "haproxy -W -db -S /run/master.sock -f /srv/h.cfg; echo done"),
		squid,
	}
}
