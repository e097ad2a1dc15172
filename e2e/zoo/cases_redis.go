package main

// redisCases must save the key on the way out, and the saved file must be good.
func redisCases() []Case {
	const server = "redis-server --dir /data --save 3600 1"
	redis := Case{
		Before:   []string{"mkdir -p /data && chown redis /data"},
		Ready:    []Check{listens(6379)},
		Acts:     []Act{do("redis-cli ping | grep -q PONG && redis-cli set zoo kept | grep -q OK")},
		Evidence: []Check{runs("redis-check-rdb /data/dump.rdb && grep -q kept /data/dump.rdb", "RDB not saved")},
	}
	with := func(style string, command ...string) Case {
		c := redis
		c.Subject, c.Style, c.Command = "redis", style, command
		return c
	}
	code := with("exec form", "redis-server", "--dir", "/data", "--save", "3600", "1")
	code.Evidence = append([]Check{exits(0)}, code.Evidence...)
	inner := redis
	inner.Files = map[string]string{"/inner.sh": "#!/bin/sh\n" + server + "\n"}
	service := redis
	service.Before = append(service.Before, "sed -i 's|^dir .*|dir /data|; s/^# *save .*/save 3600 1/' /etc/redis/redis.conf; echo 'save 3600 1' >> /etc/redis/redis.conf")
	supervised := with("under supervisord", "supervisord", "-n", "-c", "/etc/app.conf")
	supervised.Files = map[string]string{"/etc/app.conf": supervisordConfig("", "command="+server)}
	return []Case{
		code,
		with("sh -c", "/bin/sh", "-c", server),
		with("sh -c with two commands", "/bin/sh", "-c", "cd /data && "+server+"; echo bye"),
		with("as its user", "su", "redis", "-s", "/bin/sh", "-c", server),
		with("log through tee", "/bin/sh", "-c", server+" | tee /tmp/redis.log"),
		script("redis", "script", "#!/bin/bash\n"+server+"\n", redis),
		script("redis", "script in script", "#!/bin/bash\n/inner.sh\n", inner),
		script("redis", "daemonized, tail -f in front", "#!/bin/bash\n"+server+" --daemonize yes --logfile /tmp/redis.log\ntail -F /tmp/redis.log\n", redis),
		script("redis", "trap that kills and waits", "#!/bin/sh\n"+server+" &\npid=$!\ntrap 'kill $pid; wait $pid' TERM\nwait $pid\n", redis),
		script("redis", "beside another server", "#!/bin/bash\nmemcached -u nobody &\n"+server+" &\nwait -n\n", redis),
		script("redis", "service start, tail -f in front", "#!/bin/sh\nservice redis-server start\ntail -f /dev/null\n", service),
		supervised,
	}
}
