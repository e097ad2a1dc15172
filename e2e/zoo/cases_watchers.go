package main

// watcherCases start the application again when a file changes, as development images do: each
// stops it in its own way.
func watcherCases() []Case {
	const app = "/zoo/app app " + half
	watch := func(style string, command ...string) Case { return appOwn("watcher", style, command...) }
	node := watch("node --watch", "node", "--watch", "/srv/app.js")
	node.Files = map[string]string{"/srv/app.js": nodeApp}
	nodeShell := watch("node --watch behind sh -c", "/bin/sh", "-c", "node --watch /srv/app.js; echo done")
	nodeShell.Files = node.Files
	tsx := watch("tsx watch", "tsx", "watch", "/srv/app.js")
	tsx.Files = node.Files
	watchmedo := words("watchmedo auto-restart --directory /srv --pattern *.py --signal SIGTERM -- " + app)
	watchmedoShell := watch("watchmedo auto-restart behind sh -c", "/bin/sh", "-c", "watchmedo auto-restart --directory /srv --pattern '*.py' --signal SIGTERM -- "+app+"; echo done")
	watchmedoShell.Like = "watcher: watchmedo auto-restart"
	reflexShell := watch("reflex -s behind sh -c", "/bin/sh", "-c", "reflex -s -t 5s -d none -g '/srv/*' -- "+app+"; echo done")
	reflexShell.Like = "watcher: reflex -s"
	const conf = "touch /tmp/conf\n"
	return []Case{
		watch("entr -r", "/bin/sh", "-c", "echo /etc/hostname | entr -n -r "+app),
		watch("entr -r with two commands", "/bin/sh", "-c", "echo /etc/hostname | entr -n -r "+app+"; echo done"),
		watch("entr -r -s", "/bin/sh", "-c", "echo /etc/hostname | entr -n -r -s '"+app+"; echo done'"),
		watch("entr", "/bin/sh", "-c", "echo /etc/hostname | entr -n "+app),
		watch("watchmedo auto-restart", watchmedo...),
		watchmedoShell,
		watch("reflex -s", append(words("reflex -s -t 5s -d none -g /srv/* --"), words(app)...)...),
		reflexShell,
		quick("watcher", "inotifywait loop in front, app in the background", "#!/bin/sh\n"+conf+app+" &\np=$!\nwhile inotifywait -q -e modify /tmp/conf; do kill -HUP $p; done\n"),
		quick("watcher", "trap, inotifywait loop in front, app in the background", "#!/bin/bash\n"+conf+app+" &\np=$!\ntrap 'kill $p; wait $p; exit 0' TERM\nwhile inotifywait -q -e modify /tmp/conf & wait $!; do kill -HUP $p; done\n"),
		node, nodeShell, tsx,
	}
}
