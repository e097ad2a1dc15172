// Command goapp is the zoo's Go subject: a server that finishes its requests, and
// parents that start a child with and without a handler of their own.
//
// It notes in /out what happened to it, in the files that the zoo's Perl application
// writes too; it is no example of a good server beyond that.
package main
