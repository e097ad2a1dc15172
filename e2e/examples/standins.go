//go:build linux

package examples

import "github.com/softstop/softstop/e2e/node/image"

// Example is one manifest of the folder examples and what is true of it.
type Example struct {
	// File is its name there; App the label app of its pods.
	File, App string
	// Image is the stand-in for the image it names.
	Image image.Image
	// Ready is what the log says when the application is up; empty where the readiness probe says it.
	Ready string
	// Evidence is what it says in the course of a clean stop.
	Evidence string
	// ExitCode is the container's own at the end.
	ExitCode int32
	// Ends says that the application ends by itself and is not told to.
	Ends bool
}

// Examples returns all of them.
func Examples() []Example {
	return append(servers(), applications()...)
}

// servers are those whose image people take as it is.
func servers() []Example {
	return []Example{
		{
			File: "nginx.yaml", App: "nginx", Evidence: "gracefully shutting down",
			Image: image.Image{
				Name: "docker.io/library/nginx:1.29", Entrypoint: []string{"/docker-entrypoint.sh"},
				Cmd: []string{"nginx", "-g", "daemon off;"}, StopSignal: "SIGQUIT",
				Files: []image.File{entrypoint(), {To: "/etc/nginx/nginx.conf", Text: nginxConf}},
			},
		},
		{
			File: "apache.yaml", App: "apache", Evidence: "caught SIGWINCH, shutting down gracefully",
			Image: image.Image{
				Name: "docker.io/library/httpd:2.4", Cmd: []string{"httpd-foreground"}, StopSignal: "SIGWINCH",
				Files: []image.File{{To: "/usr/local/bin/httpd-foreground", Text: "#!/bin/sh\n. /etc/apache2/envvars\nmkdir -p $APACHE_RUN_DIR\nexec apache2 -DFOREGROUND -c 'ErrorLog /dev/stderr'\n"}},
			},
		},
		{
			File: "haproxy.yaml", App: "haproxy", Evidence: "Proxy public stopped",
			Image: image.Image{
				Name: "docker.io/library/haproxy:3.2", Entrypoint: []string{"/docker-entrypoint.sh"},
				Cmd:        []string{"haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"},
				StopSignal: "SIGUSR1", Files: []image.File{entrypoint()},
			},
		},
		{
			File: "php-fpm.yaml", App: "php-fpm", Ready: "ready to handle connections", Evidence: "exiting, bye-bye!",
			Image: image.Image{
				Name: "docker.io/library/php:8.4-fpm", Entrypoint: []string{"/docker-entrypoint.sh"}, Cmd: []string{"php-fpm"}, StopSignal: "SIGQUIT",
				Files: []image.File{
					entrypoint(),
					{To: "/usr/local/bin/php-fpm", Text: "#!/bin/sh\nexec php-fpm8.2 --nodaemonize --fpm-config /usr/local/etc/php-fpm.conf\n"},
					{To: "/usr/local/etc/php-fpm.conf", Text: "[global]\nerror_log = /proc/self/fd/2\ninclude=/usr/local/etc/php-fpm.d/*.conf\n"},
					{To: "/usr/local/etc/php-fpm.d/www.conf", Text: "[www]\nuser = www-data\nlisten = 9000\npm = static\npm.max_children = 2\n"},
				},
			},
		},
		{
			File: "redis.yaml", App: "redis", Ready: "Ready to accept connections", Evidence: "DB saved on disk",
			Image: image.Image{Name: "docker.io/library/redis:8", Entrypoint: []string{"/docker-entrypoint.sh"}, Cmd: []string{"redis-server"}, Files: []image.File{entrypoint()}},
		},
		{
			File: "postgres.yaml", App: "postgres", Ready: "ready to accept connections", Evidence: "database system is shut down",
			Image: image.Image{
				Name: "docker.io/library/postgres:18", Entrypoint: []string{"/docker-entrypoint.sh"}, Cmd: []string{"postgres"}, StopSignal: "SIGINT",
				Files: []image.File{{To: "/docker-entrypoint.sh", Text: postgresEntrypoint}},
			},
		},
	}
}

// applications are those that people put into images of their own.
func applications() []Example {
	busybox := image.Image{Name: "docker.io/library/busybox:1.37", Cmd: []string{"sh"}}
	return []Example{
		{
			File: "celery.yaml", App: "celery", Ready: "ready.", Evidence: "Warm shutdown",
			Image: image.Image{
				Name: "registry.example/shop/worker:1", WorkingDir: "/srv",
				Files: []image.File{{To: "/srv/tasks.py", Mode: 0o644, Text: celeryTasks}, {To: "/srv/queue/.keep", Mode: 0o644}},
			},
		},
		{
			File: "node.yaml", App: "node", Evidence: "closed",
			Image: image.Image{
				Name: "registry.example/shop/web:1", WorkingDir: "/srv/web",
				Files: []image.File{
					{To: "/srv/web/package.json", Mode: 0o644, Text: `{"name": "web", "scripts": {"start": "node server.js"}}`},
					{To: "/srv/web/server.js", Mode: 0o644, Text: nodeServer},
				},
			},
		},
		{
			// Tomcat is the server that Spring Boot embeds.
			File: "spring-boot.yaml", App: "spring-boot", Ready: "Server startup in", Evidence: "Destroying ProtocolHandler",
			Image: image.Image{
				Name: "registry.example/shop/orders:1",
				Env:  []string{"JAVA_OPTS=" + javaOptions},
				Files: []image.File{
					{To: "/app.jar", Link: "/usr/share/tomcat10/bin/bootstrap.jar"},
					{To: "/logging.properties", Text: "handlers = java.util.logging.ConsoleHandler\n.level = INFO\n"},
				},
			},
		},
		{File: "worker.yaml", App: "worker", Image: busybox, Ready: "working", Evidence: "clean"},
		{File: "job.yaml", App: "job", Image: busybox, Ready: "working", Evidence: "cannot go on", ExitCode: 42, Ends: true},
	}
}

// entrypoint is what the entrypoint of most images comes to.
func entrypoint() image.File {
	return image.File{To: "/docker-entrypoint.sh", Text: "#!/bin/sh\nset -e\nexec \"$@\"\n"}
}

// javaOptions keep the JVM's log until its shutdown is over, as Spring Boot does.
const javaOptions = "-Djava.util.logging.manager=org.apache.juli.ClassLoaderLogManager " +
	"-Djava.util.logging.config.file=/logging.properties -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xbootclasspath/a:/usr/share/java/tomcat10-juli.jar " +
	"-Dcatalina.home=/usr/share/tomcat10 -Dcatalina.base=/var/lib/tomcat10"

const nginxConf = `user www-data;
error_log /dev/stderr notice;
pid /run/nginx.pid;
events {}
http { server { listen 80; root /usr/share/nginx/html; } }
`

const postgresEntrypoint = `#!/bin/sh
set -e
PGDATA=/var/lib/postgresql/18/docker
install -d -o postgres -g postgres /run/postgresql /var/lib/postgresql/18
bin=/usr/lib/postgresql/15/bin
[ -d $PGDATA ] || gosu postgres $bin/initdb -D $PGDATA >/dev/null
shift
exec gosu postgres $bin/postgres -D $PGDATA "$@"
`

const celeryTasks = `from celery import Celery
app = Celery("tasks", broker="filesystem://")
app.conf.broker_transport_options = {"data_folder_in": "/srv/queue", "data_folder_out": "/srv/queue"}
`

const nodeServer = `const server = require("http").createServer((q, r) => r.end("hello\n")).listen(3000);
process.on("SIGTERM", () => server.close(() => { console.log("closed"); process.exit(0); }));
`
