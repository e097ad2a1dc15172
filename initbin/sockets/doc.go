// Package sockets reads the kernel's tables of TCP sockets, /proc/net/tcp and tcp6, and what its
// sock_diag says of Unix sockets: who listens, who is connected to whom, and what has not been sent
// or read yet. How the messages of sock_diag are made up is in message.go, for package quiet, too.
//
// It opens no file and makes no system call: it gets a line, or an answer, and says what is in it.
// Whose a socket is shows in the descriptors of the processes, by its inode; that is for those who
// look at them.
//
// # Why no net/netip
//
// It adds 15 KB to a program that is copied into every pod, for two ways to write an address.
package sockets
