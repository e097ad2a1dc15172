// Package config is everything people can tell softstop: the annotations of pods and
// namespaces, the cluster's configuration file, and how they become one policy.
//
// It parses and it ranks: Parse reads the file (its shape is package v1alpha1), and
// Config.Resolve is the one place that says who wins. It does not know what a pod looks
// like beyond its annotations, does not read the cluster, and does not decide whether a
// container is wrapped: that is the webhook's job.
//
// # One table of settings
//
// settings.go has a row for each setting: its name, how its values are written (a form of
// forms.go), what is built in and what the documentation says. Parser, ranking, schemas, softstop
// explain and the tables of the documentation are made from it.
//
// # Who wins
//
// Per field, the first that says something:
//
//	limit      the cluster's limits clamp whatever follows; a locked field is not read
//	           from pods and namespaces at all
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
// in the others. Configuration values may be YAML numbers and booleans, read as the
// text they were written as, and lists.
//
// # Why a lock on inject leaves namespaces their say
//
// With limits.locked: [inject] no pod can opt in or out, but its namespace can: the
// label is how the API server itself chooses whom to ask, and labelling a namespace is
// the right of those who run the cluster. Without it, mode alone would decide, which is
// everybody or nobody.
//
// # Why bad values are returned, not refused
//
// A pod must never fail to start because of a typing mistake in an annotation, so
// reading annotations returns what is good together with every Problem; the webhook
// turns problems into warnings, or denies when the configuration says strict. The
// configuration file itself is refused whole, with all its mistakes at once: it is
// written by people, who can correct it, and until then the last good one holds.
//
// # Why a decoder of its own
//
// YAML libraries stop at the first value of a wrong type, and report some mistakes
// without their place. decode.go walks the parsed document along the Go types and
// collects everything, which takes a page.
package config
