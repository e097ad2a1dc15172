// Package cluster reads what the webhook has to know about a running cluster: namespaces
// and nodes, from caches that the API server keeps up to date; pull secrets and the
// networks of Services, from the API server itself.
//
// It decides nothing and writes nothing.
//
// # Why trimmed nodes
//
// A webhook that holds every Node of a large cluster in memory holds mostly image lists
// and conditions nobody asks for. Trim keeps of each node what Nodes looks at.
package cluster
