package main

// goCases are Go programs, whose runtime catches every signal whether their author
// handles it or not.
func goCases() []Case {
	serving := Case{
		Subject: "go", Ready: []Check{up("app"), listens(8000)},
		Acts:     []Act{request("http://127.0.0.1:8000/", up("request"))},
		Evidence: []Check{cleaned("app")},
	}
	with := func(style string, command ...string) Case {
		c := serving
		c.Style, c.Command = style, command
		return c
	}
	code := with("server, exec form", "/zoo/goapp", "serve")
	code.Evidence = append(code.Evidence, exits(0))
	asUser := code
	asUser.Style, asUser.User = "server as a plain user", 65534
	shellUser := with("server behind sh -c as a plain user", "/bin/sh", "-c", "/zoo/goapp serve; echo done")
	shellUser.User = 65534
	inner := serving
	inner.Files = map[string]string{"/inner.sh": "#!/bin/sh\n/zoo/goapp serve\n"}
	return []Case{
		code,
		asUser,
		with("server behind sh -c", "/bin/sh", "-c", "/zoo/goapp serve; echo done"),
		shellUser,
		script("go", "server, script in script", "#!/bin/bash\n/inner.sh\n", inner),
		appCase("go", "parent without a handler", "/zoo/goapp", "parent", "/zoo/app", "app"),
		appCase("go", "parent without a handler behind sh -c", "/bin/sh", "-c", "/zoo/goapp parent /zoo/app app; echo done"),
		appCase("go", "parent that passes the signal on", "/zoo/goapp", "forward", "/zoo/app", "app"),
		appCase("go", "parent that kills the child's group", "/zoo/goapp", "group", "/zoo/app", "app"),
	}
}
