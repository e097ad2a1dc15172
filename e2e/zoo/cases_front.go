package main

import "golang.org/x/sys/unix"

// frontCases have a shell with a trap behind a foreground program whose runtime treats
// its descriptors and signals in its own way. What the runtime does to them must not
// make it look like a background job.
func frontCases() []Case {
	const trap = "trap 'echo trap; exit 0' TERM\n"
	front := Case{
		Ready: []Check{up("app")}, Own: 0.5, Evidence: []Check{cleaned("app"), logHas("trap", "the trap never ran")},
		Files: map[string]string{
			"/srv/app.js":       nodeApp,
			"/srv/forward.js":   nodeForward,
			"/srv/spawn.js":     `require("child_process").spawn("node", ["/srv/app.js"], {stdio: "inherit"});`,
			"/srv/shell.js":     `require("child_process").spawn("node /srv/app.js", {stdio: "inherit", shell: true});`,
			"/srv/app.py":       pythonApp + "work()\n",
			"/srv/package.json": `{"name":"zoo","version":"1.0.0","scripts":{"start":"node app.js","both":"run-p start"}}`,
		},
	}
	in := func(style, command string) Case {
		return script("trap, in front", style, "#!/bin/bash\n"+trap+"cd /srv\n"+command+"\necho bye\n", front)
	}
	python := in("python", "python3 app.py")
	python.Own = 1
	all := []Case{
		in("node", "node app.js"),
		in("node, input of its own", "node app.js < /dev/null"),
		in("node parent that spawns", "node spawn.js"),
		in("node parent that spawns a shell", "node shell.js"),
		in("node parent that passes SIGTERM on", "node forward.js"),
		in("npm start", "npm start"),
		in("npm run, run-p", "npm run both"),
		in("yarn start", "yarnpkg start"),
		in("tsx", "tsx app.js"),
		in("nodemon", "nodemon --signal SIGTERM app.js"),
		in("ruby parent", `ruby -e 'system("/zoo/app", "app", "`+half+`")'`),
		in("node as another user", "gosu nobody node app.js"),
		python,
	}
	for _, shell := range [][2]string{{"dash", "#!/bin/dash\n"}, {"busybox ash", "#!/bin/busybox sh\n"}, {"zsh", "#!/bin/zsh\n"}, {"mksh", "#!/bin/mksh\n"}, {"ksh93", "#!/bin/ksh93\n"}} {
		all = append(all, script("trap, in front", "node, "+shell[0], shell[1]+trap+"node /srv/app.js\necho bye\n", front))
	}
	asUser := in("node as a plain user", "node app.js")
	asUser.User = 65534
	return append(all, asUser, frontFPM("", 0), frontFPM(", SIGQUIT", unix.SIGQUIT))
}

// frontFPM is php-fpm in front of a trap, with no request in flight.
func frontFPM(suffix string, stop unix.Signal) Case {
	return script("trap, in front", "php-fpm -F"+suffix, "#!/bin/bash\ntrap 'echo trap; exit 0' TERM QUIT\nphp-fpm8.2 -F\necho bye\n", Case{
		Stop: stop, Ready: []Check{exists("/run/php/php8.2-fpm.sock", "no socket yet")}, Own: 0.2,
		Before:   []string{"install -d -o www-data /run/php"},
		Files:    map[string]string{"/etc/php/8.2/fpm/php-fpm.conf": fpmConfig},
		Evidence: []Check{logHas("exiting, bye-bye!", "no word of a shutdown"), logHas("trap", "the trap never ran")},
	})
}

// nodeAppAs is the zoo's application in node, called name: half a second to clean up,
// hard when told twice.
const nodeAppAs = nodeNote + `let told = false;
process.on("SIGTERM", () => {
  note(name, "told");
  if (told) { note(name, "hard"); process.exit(99); }
  told = true;
  setTimeout(() => { note(name, "cleaned"); process.exit(0); }, 500);
});
setInterval(() => {}, 1000);
note(name, "up");
`

const nodeApp = `const name = "app";` + nodeAppAs

// nodeForward is a parent as frameworks have it: the server is its child, and SIGTERM is
// passed on to it.
const nodeForward = `const child = require("child_process").spawn(process.execPath, ["/srv/app.js"], {stdio: "inherit"});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => process.exit(code));
`
