// Package program is the table of programs that softstop knows by name: inits, systems that
// must be process 1, shells, and words that stand before another program's command line.
//
// The webhook asks it what a container will run, the people's CLI what is wrong with that,
// and the init what the processes below it do with a signal. A name stands here once.
//
// It does not read command lines (webhook/commandline does) or processes (initbin/proc).
//
// # Why names and not files
//
// The webhook has no image to look into. Whoever calls a program of his own "tini" gets
// hooks only, which is a loss; whoever hides systemd behind another name gets a container
// that does not start, which no table can help.
//
// # Why some names count in system folders only
//
// "init" is what programs of all sorts are called, and what their subcommands are called:
// /app/init is an application. So is "terraform init", but there init is no program at
// all, and it is the reader of the command line who has to know. /init, /sbin/init and a
// plain init, which is looked for along the PATH, are the system's.
package program
