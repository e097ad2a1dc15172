// Command registrant is the zoo's gRPC server that registers in etcd: it puts its
// address under a lease, keeps the lease alive, and takes itself out when it is told to
// stop, before it lets its calls end.
//
// It notes in /out what the zoo's other applications note. It has a module of its own,
// so that etcd's client is no dependency of the project.
package main
