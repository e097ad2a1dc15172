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
		"busybox", "zsh", "mksh", "gosu", "sudo", "procps", "daemonize", "parallel", "make", "faketime", "expect",
		"xvfb", "xauth", "dbus-daemon", "openssh-client", "gpg-agent", "cron",
		// Supervisors.
		"supervisor", "runit", "s6", "monit", "daemontools", "ruby-foreman",
		// Data stores and brokers.
		"redis-server", "postgresql", "mariadb-server", "memcached",
		"mosquitto", //nolint:misspell // The broker's name.
		"slapd", "etcd-server", "rabbitmq-server",
		// Web servers, proxies and network daemons.
		"nginx-light", "apache2", "lighttpd", "caddy", "haproxy", "squid", "unbound", "dnsmasq", "rsyslog",
		// Application servers and languages.
		"celery", "gunicorn", "python3-uvicorn", "uwsgi-core", "uwsgi-plugin-python3",
		"nodejs", "npm", "yarnpkg", "ruby", "puma", "unicorn", "php-fpm", "php-cli", "libfcgi-bin", "tomcat10", "tcsh",
	}
}

// nodePackages are installed from the npm registry: the launchers that Node images use
// and Debian does not package.
func nodePackages() []string {
	return []string{"pm2@5.4.3", "concurrently@8.2.2"}
}
