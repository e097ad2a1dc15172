// Package config is everything people can tell softstop: the annotations of pods and
// namespaces, the cluster's configuration file, and how they become one policy.
//
// It parses and it ranks. It does not know what a pod looks like beyond its
// annotations, does not read the cluster, and does not decide whether a container is
// wrapped: that is the webhook's job.
//
// # Who wins
//
// Per field, the first that says something:
//
//	limit      the cluster's limits and locks clamp whatever follows
//	pod        softstop.dev/FIELD.CONTAINER, then softstop.dev/FIELD on the pod
//	namespace  the same two on the namespace
//	rule       the first matching rule of the configuration file
//	config     the defaults of the configuration file
//	default    built in, see Builtin
//
// # Why one parser for all places
//
// A field has one name and one way to write its value, in an annotation, in a rule
// and in the defaults: people learn it once, and a value that works in one place works
// in the others. Configuration values may be YAML numbers and booleans; they are read
// as the text they were written as.
//
// # Why bad values are returned, not refused
//
// A pod must never fail to start because of a typing mistake in an annotation, so
// reading annotations returns what is good together with every Problem; the webhook
// turns problems into warnings, or denies when the configuration says strict. The
// configuration file itself is refused whole: it is read at the start, by people.
package config
