package main

// nestedCases are images that carry an init already, somewhere.
func nestedCases() []Case {
	app := Case{Ready: []Check{up("app")}, Evidence: []Check{cleaned("app")}}
	two := Case{Ready: []Check{up("a", "b")}, Evidence: []Check{cleaned("a", "b")}}
	nested := func(style string, command ...string) Case { return appCase("nested", style, command...) }
	return []Case{
		nested("tini", "tini", "--", "/zoo/app", "app"),
		nested("dumb-init", "dumb-init", "--", "/zoo/app", "app"),
		nested("catatonit", "catatonit", "--", "/zoo/app", "app"),
		nested("tini inside sh -c", "/bin/sh", "-c", "tini -- /zoo/app app; echo done"),
		nested("tini -g with a shell inside", "/bin/sh", "-c", "tini -g -- sh -c '/zoo/app app; echo done'; true"),
		nested("tini -s in front of a script", "tini", "-s", "--", "sh", "-c", "/zoo/app app; echo done"),
		script("nested", "dumb-init in the shebang", "#!/usr/bin/dumb-init /bin/sh\n/zoo/app app\necho done\n", app),
		script("nested", "dumb-init in the shebang, background jobs", "#!/usr/bin/dumb-init /bin/bash\n/zoo/app a &\n/zoo/app b clean=2 &\nwait\n", two),
		nested("dumb-init, single child, shell inside", "dumb-init", "--single-child", "sh", "-c", "/zoo/app app; echo done"),
		nested("catatonit in front of a script", "catatonit", "--", "sh", "-c", "/zoo/app app; echo done"),
	}
}
