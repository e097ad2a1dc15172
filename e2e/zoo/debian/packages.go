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
		"busybox", "zsh", "mksh", "gosu", "sudo", "procps", "daemonize", "parallel", "make", "faketime",
		"xvfb", "xauth", "dbus-daemon", "openssh-client", "gpg-agent", "at", "cron", "lsof", "socat",
		// Supervisors.
		"supervisor", "runit", "s6", "monit", "daemontools", "ruby-foreman",
		// Data stores and brokers.
		"redis-server", "postgresql", "pgbouncer", "mariadb-server", "memcached", "mosquitto", "slapd", "etcd-server",
		// Web servers, proxies and network daemons.
		"nginx-light", "apache2", "lighttpd", "caddy", "haproxy", "varnish", "squid", "unbound", "dnsmasq", "rsyslog",
		"prometheus-node-exporter",
		// Application servers and languages.
		"celery", "python3-redis", "python3-flask", "gunicorn", "python3-uvicorn", "uwsgi-core", "uwsgi-plugin-python3",
		"nodejs", "npm", "yarnpkg", "ruby", "puma", "unicorn", "php-fpm", "php-cli", "libfcgi-bin", "tomcat10", "tcsh",
	}
}
