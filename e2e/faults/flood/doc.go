// Package flood is a client that means ill: it has a server spend what a stranger, who shows no
// certificate, can have it spend. It is for servers of the tests' own.
//
//	bodies.go       bodies that stop before their end
//	connections.go  connections, more than there may be
//	resets.go       requests over HTTP/2 that are taken back at once
//
// Each goes on until its time is over, begins again whatever the server does about it, and returns
// how often it has begun. It judges nothing, and knows nothing of what it attacks but its address.
package flood
