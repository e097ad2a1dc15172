package main

import "golang.org/x/sys/unix"

// managerCases are programs that keep processes: a Procfile's, copies of one, a language's
// workers.
func managerCases() []Case {
	const app = "/zoo/app app " + half
	manage := func(style string, command ...string) Case { return appOwn("manager", style, command...) }
	both := func(style string, stop unix.Signal, command ...string) Case {
		return Case{
			Subject: "manager", Style: style, Command: command, Stop: stop, Own: 0.5, Ready: []Check{up("app", "b")}, Evidence: []Check{cleaned("app", "b")},
			Files: map[string]string{"/srv/Procfile": "web: " + app + "\nworker: /zoo/app b " + half + "\n"},
		}
	}
	return append([]Case{
		both("nf start, SIGINT", unix.SIGINT, "nf", "start", "-j", "/srv/Procfile"),
		both("nf start behind sh -c, SIGINT", unix.SIGINT, "/bin/sh", "-c", "nf start -j /srv/Procfile; echo done"),
		both("nf start", 0, "nf", "start", "-j", "/srv/Procfile"),
		both("nf start behind sh -c", 0, "/bin/sh", "-c", "nf start -j /srv/Procfile; echo done"),
		manage("multiwatch", append(words("multiwatch -s TERM --"), words(app)...)...),
		manage("multiwatch behind sh -c", "/bin/sh", "-c", "multiwatch -s TERM -- "+app+"; echo done"),
		manage("daemon --foreground --respawn", append(words("daemon --foreground --respawn --"), words(app)...)...),
		manage("daemon --foreground --respawn behind sh -c", "/bin/sh", "-c", "daemon --foreground --respawn -- "+app+"; echo done"),
	}, append(preloadCases(), queueCases()...)...)
}

// preloadCases are Python's servers with what else images give them: one that loads the
// application before its workers, and one that starts again when a file changes.
func preloadCases() []Case {
	serving := Case{
		Files: map[string]string{"/srv/wsgi.py": wsgiApp, "/srv/asgi.py": asgiApp},
		Ready: []Check{listens(8000)},
		Acts:  []Act{request("http://127.0.0.1:8000/", up("request"))},
	}
	with := func(style string, command ...string) Case {
		c := serving
		c.Subject, c.Style, c.Command = "manager", style, command
		return c
	}
	const gunicorn = "gunicorn --preload --config /srv/gunicorn.py --chdir /srv -w 2 -b 127.0.0.1:8000 wsgi:application"
	const uvicorn = "python3 -m uvicorn --reload --reload-dir /srv --app-dir /srv --port 8000 asgi:application"
	preload := func(style string, command ...string) Case {
		c := withFile(with(style, command...), "/srv/gunicorn.py", gunicornHook)
		c.Ready = append(c.Ready, bothWorkers)
		return c
	}
	direct := preload("gunicorn --preload", words(gunicorn)...)
	shell := preload("gunicorn --preload behind sh -c", "/bin/sh", "-c", gunicorn+"; echo done")
	shell.Like = direct.Name()
	return []Case{
		direct,
		shell,
		with("uvicorn --reload", words(uvicorn)...),
		with("uvicorn --reload behind sh -c", "/bin/sh", "-c", uvicorn+"; echo done"),
	}
}

// queueCases are a worker and its queue in one container: the job in hand is finished, and its
// result is stored in the queue.
func queueCases() []Case {
	const redis = "redis-server --port 0 --unixsocket /tmp/r.sock --dir /out --save 3600 1"
	const put = "until redis-cli -s /tmp/r.sock ping; do sleep 0.05; done\ncd /srv\npython3 put.py\n"
	const worker = "rq worker --url unix:///tmp/r.sock"
	queue := Case{
		Files: map[string]string{
			"/srv/put.py":   "import redis, rq, tasks\nrq.Queue(connection=redis.Redis(unix_socket_path='/tmp/r.sock')).enqueue(tasks.job)\n",
			"/srv/tasks.py": "import os, time\ndef note(what):\n    with open('/out/job.' + what, 'a') as f: f.write('%d\\n' % os.getpid())\ndef job():\n    note('up')\n    time.sleep(1.5)\n    note('cleaned')\n    return 'done'\n",
		},
		Ready: []Check{up("job")}, Own: 2.5,
		Evidence: []Check{untold("job"), logHas("Job OK", "the result is not stored"), exists("/out/dump.rdb", "RDB not saved")},
	}
	return []Case{
		script("manager", "redis &, rq worker in front", "#!/bin/sh\n"+redis+" &\n"+put+worker+"\necho done\n", queue),
		script("manager", "redis &, exec rq worker", "#!/bin/sh\n"+redis+" &\n"+put+"exec "+worker+"\n", queue),
		script("manager", "redis as a daemon, rq worker in front", "#!/bin/sh\n"+redis+" --daemonize yes\n"+put+worker+"\necho done\n", queue),
	}
}
