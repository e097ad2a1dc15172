package main

import "fmt"

// pythonCases are the application servers and task queues of Python.
func pythonCases() []Case { return append(celeryCases(), pythonServers()...) }

// celeryCases have a task running that no signal may reach: the worker lets it finish
// and stores its result.
func celeryCases() []Case {
	const worker = "celery -A tasks worker --pool prefork --concurrency 2"
	celery := Case{
		Files:    map[string]string{"/srv/tasks.py": celeryTasks},
		Before:   []string{"mkdir -p /srv/queue /srv/results; cd /srv && python3 -c 'import tasks; tasks.job.delay()'"},
		Ready:    []Check{up("job")},
		Evidence: []Check{untold("job"), runs("grep -q SUCCESS /srv/results/*", "result not stored")},
	}
	with := func(style string, command ...string) Case {
		c := celery
		c.Subject, c.Style, c.Command = "celery", style, command
		return c
	}
	direct := with("exec form", "celery", "--workdir", "/srv", "-A", "tasks", "worker", "--pool", "prefork", "--concurrency", "2")
	celery.Like = direct.Name()
	asUser := with("as another user", "/bin/sh", "-c", "cd /srv; su nobody -s /bin/sh -c '"+worker+"'; echo done")
	asUser.Before = append(asUser.Before[:1:1], "chown -R nobody /srv")
	inner := celery
	inner.Files = map[string]string{"/srv/tasks.py": celeryTasks, "/inner.sh": "#!/bin/sh\ncd /srv\n" + worker + "\n"}
	return []Case{
		direct,
		with("sh -c with two commands", "/bin/sh", "-c", "cd /srv; "+worker+"; echo done"),
		with("log through tee", "/bin/bash", "-c", "cd /srv; "+worker+" 2>&1 | tee /out/log"),
		asUser,
		script("celery", "script in script", "#!/bin/bash\n/inner.sh\n", inner),
		script("celery", "beat in the background", "#!/bin/bash\ncd /srv\ncelery -A tasks beat -s /tmp/beat &\nuntil ls /tmp/beat*; do sleep 0.1; done\n"+worker+"\n", celery),
	}
}

const celeryTasks = `import os, time
from celery import Celery
app = Celery("tasks", broker="filesystem://", backend="file:///srv/results")
app.conf.broker_transport_options = {"data_folder_in": "/srv/queue", "data_folder_out": "/srv/queue"}
def note(what):
    with open("/out/job." + what, "a") as f: f.write("%d\n" % os.getpid())
@app.task
def job():
    note("up")
    time.sleep(2.5)
    note("cleaned")
    return "done"
`

// pythonServers have a request in flight.
func pythonServers() []Case {
	serving := Case{
		Files: map[string]string{"/srv/wsgi.py": wsgiApp, "/srv/asgi.py": asgiApp},
		Ready: []Check{listens(8000)},
		Acts:  []Act{request("http://127.0.0.1:8000/", up("request"))},
	}
	with := func(subject, style string, command ...string) Case {
		c := serving
		c.Subject, c.Style, c.Command = subject, style, command
		return c
	}
	const gunicorn = "gunicorn --config /srv/gunicorn.py --chdir /srv -w 2 -b 127.0.0.1:8000 wsgi:application"
	const uvicorn = "python3 -m uvicorn --app-dir /srv --port 8000 asgi:application"
	const uwsgi = "uwsgi --plugin python3 --http-socket :8000 --chdir /srv --wsgi-file wsgi.py --master --processes 2 --hook-master-start unix_signal:15"
	workers := func(c Case) Case {
		c.Ready = append(c.Ready, bothWorkers)
		return withFile(c, "/srv/gunicorn.py", gunicornHook)
	}
	return []Case{
		workers(with("gunicorn", "exec form", words(gunicorn)...)),
		workers(with("gunicorn", "sh -c with two commands", "/bin/sh", "-c", gunicorn+"; echo done")),
		workers(with("gunicorn", "log through tee", "/bin/bash", "-c", gunicorn+" 2>&1 | tee /out/log")),
		workers(with("gunicorn", "under supervisord", "/bin/sh", "-c", "printf '"+`[supervisord]\nnodaemon=true\nuser=root\n[program:g]\ncommand=`+gunicorn+`\n`+"' > /etc/g.conf; supervisord -c /etc/g.conf; true")),
		with("uvicorn", "exec form", words(uvicorn)...),
		with("uvicorn", "sh -c with two commands", "/bin/sh", "-c", uvicorn+"; echo done"),
		with("uvicorn", "two workers behind sh -c", "/bin/sh", "-c", uvicorn+" --workers 2; echo done"),
		with("uwsgi", "exec form", append(words(uwsgi)[:len(words(uwsgi))-1], "unix_signal:15 gracefully_kill_them_all")...),
		with("uwsgi", "sh -c with two commands", "/bin/sh", "-c", uwsgi[:len(uwsgi)-len("unix_signal:15")]+"'unix_signal:15 gracefully_kill_them_all'; echo done"),
	}
}

// gunicornHook notes each worker that handles signals: one that is told before that never hears
// of it, and gunicorn waits for it.
const gunicornHook = `def post_worker_init(worker):
    with open("/out/worker.up", "a") as f: f.write("%d\n" % worker.pid)
`

// bothWorkers holds once gunicorn's two workers handle signals.
func bothWorkers(c *Cell) error {
	if n := count(c, "worker", "up"); n < 2 {
		return fmt.Errorf("%d of 2 workers are up", n)
	}
	return nil
}

const wsgiApp = `import os, time
def application(environ, start_response):
    with open("/out/request.up", "a") as f: f.write("%d\n" % os.getpid())
    time.sleep(1.5)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"whole"]
`

const asgiApp = `import asyncio, os
async def application(scope, receive, send):
    if scope["type"] != "http": return
    with open("/out/request.up", "a") as f: f.write("%d\n" % os.getpid())
    await asyncio.sleep(1.5)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"whole"})
`
