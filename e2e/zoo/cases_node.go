package main

// nodeCases serve a request that is in flight at the stop; the server must finish it
// and must be told once.
func nodeCases() []Case {
	serving := Case{
		Files: map[string]string{
			"/srv/server.js":    nodeServer,
			"/srv/cluster.js":   nodeCluster,
			"/srv/pm2.json":     `{"apps":[{"name":"zoo","script":"/srv/server.js","kill_timeout":9000}]}`,
			"/srv/package.json": `{"name":"zoo","version":"1.0.0","scripts":{"start":"node server.js","prod":"npm start","dev":"concurrently 'node server.js' 'sleep infinity'","both":"node server.js && echo done"}}`,
		},
		Ready:    []Check{up("app"), listens(8000)},
		Acts:     []Act{request("http://127.0.0.1:8000/", up("request"))},
		Evidence: []Check{cleaned("app")},
	}
	with := func(style string, command ...string) Case {
		c := serving
		c.Subject, c.Style, c.Command = "node", style, command
		return c
	}
	cluster := with("cluster, the primary drains it", "node", "/srv/cluster.js")
	clusterShell := with("cluster behind sh -c", "/bin/sh", "-c", "node /srv/cluster.js; echo done")
	spawn := appCase("node", "child_process without a handler", "node", "-e", `require("child_process").spawn("/zoo/app", ["app"], {stdio: "inherit"})`)
	execSync := appCase("node", "execSync", "node", "-e", `require("child_process").execSync("/zoo/app app; true", {stdio: "inherit"})`)
	return []Case{
		with("exec form", "node", "/srv/server.js"),
		with("sh -c with two commands", "/bin/sh", "-c", "node /srv/server.js; echo done"),
		with("npm start", "npm", "--prefix", "/srv", "start"),
		with("npm start behind sh -c", "/bin/sh", "-c", "cd /srv; npm start; echo done"),
		with("npm run that runs npm start", "npm", "--prefix", "/srv", "run", "prod"),
		with("npm run with two commands", "npm", "--prefix", "/srv", "run", "both"),
		with("yarn start", "yarnpkg", "--cwd", "/srv", "start"),
		with("npm start && another command", "/bin/sh", "-c", "cd /srv && npm start && echo done"),
		with("pm2-runtime", "env", "PM2_KILL_SIGNAL=SIGTERM", "pm2-runtime", "start", "/srv/pm2.json"),
		with("pm2-runtime behind sh -c", "/bin/sh", "-c", "PM2_KILL_SIGNAL=SIGTERM pm2-runtime start /srv/pm2.json; echo done"),
		with("concurrently", "concurrently", "node /srv/server.js", "sleep infinity"),
		with("concurrently under npm", "npm", "--prefix", "/srv", "run", "dev"),
		cluster,
		clusterShell,
		spawn,
		execSync,
	}
}

const nodeNote = `const fs = require("fs");
function note(name, what) { fs.appendFileSync("/out/" + name + "." + what, process.pid + "\n"); }
`

const nodeServer = nodeNote + `const server = require("http").createServer((request, response) => {
  note("request", "up");
  setTimeout(() => response.end("whole"), 1500);
}).listen(8000, () => note("app", "up"));
let told = false;
process.on("SIGTERM", () => {
  note("app", "told");
  if (told) { note("app", "hard"); process.exit(99); }
  told = true;
  server.close(() => { note("app", "cleaned"); process.exit(0); });
});
`

// nodeCluster is a primary that lets its workers finish; the workers have no handler
// and die of the signal.
const nodeCluster = nodeNote + `const cluster = require("cluster");
if (cluster.isPrimary) {
  cluster.fork(); cluster.fork();
  cluster.on("listening", () => { if (!fs.existsSync("/out/app.up")) note("app", "up"); });
  let left = 2;
  cluster.on("exit", () => { if (--left === 0) { note("app", "cleaned"); process.exit(0); } });
  process.on("SIGTERM", () => { note("app", "told"); cluster.disconnect(); });
} else {
  require("http").createServer((request, response) => {
    note("request", "up");
    setTimeout(() => response.end("whole"), 1500);
  }).listen(8000);
}
`
