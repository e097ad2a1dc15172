package main

import "time"

// registryCases are a gRPC server that registers in etcd with a lease and must take
// itself out when it stops: whoever watches the registry must see it leave long before
// the lease ends. A forgotten cron runs beside it.
func registryCases() []Case {
	const etcd = "etcd --data-dir /out/etcd --log-level error --heartbeat-interval 50 --election-timeout 250"
	const cron = "#!/bin/bash\nnohup cron -f > /dev/null 2>&1 &\n"
	const own = etcd + " &\nuntil etcdctl get up > /dev/null 2>&1; do sleep 0.1; done\n"
	elsewhere := Case{
		Ready: []Check{exists("/out/started", "not started")}, Own: 0.2,
		Acts: []Act{beside(etcd), until(up("app")), beside("etcdctl watch --prefix /services/ > /out/watch"), until(watched)},
		// The server stopped well, and who watches the registry knows.
		Evidence: []Check{cleaned("app"), within(time.Second, fileHas("/out/watch", "DELETE", "the watcher of the registry did not see it leave"))},
	}
	inside := elsewhere
	inside.Ready, inside.Acts = []Check{up("app")}, elsewhere.Acts[2:]
	return []Case{
		script("registry", "nohup cron &, gRPC server in front", cron+"touch /out/started\n/zoo/registrant\necho done\n", elsewhere),
		script("registry", "nohup cron &, exec gRPC server", cron+"touch /out/started\nexec /zoo/registrant\n", elsewhere),
		script("registry", "nohup cron &, etcd &, gRPC server in front", cron+own+"/zoo/registrant\necho done\n", inside),
		script("registry", "nohup cron &, etcd &, exec gRPC server", cron+own+"exec /zoo/registrant\n", inside),
		script("registry", "etcd &, nohup cron &, gRPC server &, wait", cron+own+"/zoo/registrant &\nwait\n", inside),
	}
}

// watched holds once the watcher of the registry sees what happens there.
func watched(c *Cell) error {
	if err := runs("etcdctl put /services/probe 1", "")(c); err != nil {
		return err
	}
	return fileHas("/out/watch", "/services/probe", "the watcher sees nothing yet")(c)
}
