package debian

// release is the Debian release of the root folder. Its inits are the versions that
// the tables name.
const release = "bookworm"

// packages lists what is installed besides a minimal Debian: the rival inits, the
// servers, the languages and the launchers.
func packages() []string {
	return []string{
		// Inits.
		"tini", "dumb-init", "catatonit",
		// Shells and launchers.
		"busybox", "zsh", "mksh", "ksh93u+m", "yash", "fish", "gosu", "sudo", "opendoas", "procps", "daemonize", "parallel", "make", "faketime", "expect",
		"xvfb", "xauth", "dbus-daemon", "openssh-client", "gpg-agent", "cron", "tmux", "screen", "dtach", "socat", "moreutils", "pv", "entr", "inotify-tools",
		"numactl", "cpulimit", "rlwrap", "daemon", "eatmydata", "authbind", "multiwatch", "reflex", "python3-watchdog",
		// What runs an application in a namespace, under a tracer, on a faked system or in ranks.
		"bubblewrap", "firejail", "proot", "strace", "fakeroot", "openmpi-bin",
		// Supervisors.
		"supervisor", "runit", "s6", "monit", "daemontools", "ruby-foreman",
		// Data stores and brokers.
		"redis-server", "postgresql", "mariadb-server", "memcached",
		"mosquitto",
		"slapd", "etcd-server", "etcd-client", "rabbitmq-server", "pgbouncer",
		// Web servers, proxies and network daemons.
		"nginx-light", "apache2", "lighttpd", "caddy", "haproxy", "squid", "unbound", "dnsmasq", "rsyslog",
		// Application servers and languages.
		"celery", "python3-rq", "gunicorn", "python3-uvicorn", "uwsgi-core", "uwsgi-plugin-python3",
		"nodejs", "npm", "yarnpkg", "ruby", "puma", "unicorn", "php-fpm", "php-cli", "libfcgi-bin", "tomcat10", "ecj", "tcsh",
	}
}

// nodePackages are installed from the npm registry: the launchers that Node images use
// and Debian does not package.
func nodePackages() []string {
	return []string{"pm2@5.4.3", "concurrently@8.2.2", "env-cmd@10.1.0", "cross-env@7.0.3", "dotenv-cli@7.4.4", "nodemon@3.1.14", "tsx@4.19.2", "npm-run-all@4.1.5", "foreman@3.0.1"}
}
