// Package quiet finds out when nobody asks a container for anything any more, so that its drain may
// end.
//
//	judge.go     what was seen of the connections → quiet, or why not; pure
//	probes.go    which connections are those of the kubelet's probes; pure
//	say.go       what the report says of it
//	observe.go   the loop: look, judge, wait
//	ports.go     which of the ports are the container's
//	netlink.go   the connections, asked of the kernel (sock_diag)
//	message.go   … what it answers
//	table.go     the connections, read from /proc/net/tcp and tcp6
//
// It runs in a process of its own, from the stop signal to the end of the drain, and only where the
// drain has a minimum and a maximum. It signals nobody. When the minimum and the maximum are over is
// the watcher's to know, who goes on without it if it fails.
//
// # Quiet
//
// For the time that is called quiet, on the ports on which processes of the container listen: no new
// connection, no byte on an old one; and now: nothing that is still to be sent, nothing that has
// not been read, and no request that waits for its answer, which is data that came in after the last
// went out. So a kept connection that nobody uses does not count, a download does until its last
// byte is acknowledged, and a request that takes minutes does until it is answered.
//
// Not counted: connections that the container opened itself (their port is none of those), other
// containers' ports, Unix sockets, UDP. All of this is about the network namespace that the
// container has, which may be the node's.
//
// Whose a port is shows in the descriptors of the container's processes. Where they cannot be read,
// as another user's cannot, the ports of the pod's specification are the container's, and where it
// names none, those on which the same user listens.
//
// A protocol in which the server has the last word only now and then, as one that only takes in data,
// looks like a request without an answer: it lasts until the maximum.
//
// # Probes
//
// A connection that has ended is a probe's if its port is probed, it comes from the one address
// that all connections to this port came from (but for those that count), and there was none in its period
// before. One that is open is never taken for a probe: it would be a request that is cut off.
//
// # Cost
//
// A look costs what the kernel needs to go through its sockets. After each there is a pause of at least a
// hundred times the processor time that it took, whatever happens meanwhile: 1 % of a processor.
//
// # Why sock_diag
//
// The kernel keeps for each connection when data last came in and went out. So two looks tell all that has
// happened between them, but for connections that have ended; of those it sends word. Neither needs a
// capability. The table in /proc has no times: what changes in it is seen only if somebody looks
// at the right moment, and a request that waits is not seen at all. It is for kernels without
// sock_diag (gVisor).
package quiet
