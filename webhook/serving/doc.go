// Package serving has the certificate that the webhook shows, whom it lets in, and how
// large and how long a request may be (requests.go).
//
//	server.go       controller-runtime's webhook server, with bounds on streams and headers
//	connections.go  so many connections, and so many of one address
//	plain.go        the same for probes and metrics
//	bodies.go       so many bytes at once, and a deadline for each part of a body
//
// Keeper makes its own certificate. Configure gives a TLS server what it needs, and a
// renewed certificate is used from the next connection on.
//
// # Own certificates
//
// The Secret holds authorities only: one, or two while one takes over from the other.
// Each replica signs a leaf for itself and keeps it in memory. What the authorities are
// at some moment is one pure function of what they were, rotate, whose comment has the
// timetable: a new authority is trusted long before it signs, and the one before it is
// trusted until long after nobody signs with it any more.
//
// Beyond the timetable, a replica changes to the leaf of another authority only when it
// has itself seen that authority in the webhook configuration for a moment: a
// configuration that could not be written, or that somebody changed, holds it back. For
// the same reason a replica that starts while one authority takes over from another is
// ready five seconds later than usual.
//
// # Why replicas agree
//
// Every replica runs the same Keeper; no leader is needed. Whoever finds something due
// writes the Secret; the API server refuses the second writer by resourceVersion, and
// that one starts again from what the first has written. The webhook configuration is
// written from the Secret alone, so that it does not matter who does it.
//
// While an upgrade rolls, replicas may be configured with different periods. Were each to
// go by its own, those with the shorter one would drop an authority of which the others
// still show leaves. So the shortest period of all authorities in the Secret is everybody's
// pace: an authority's lifetime says for which period it was made.
//
// # Why a Secret that is lost comes back as it was
//
// Should the Secret be deleted, emptied or overwritten, each replica still knows the
// authorities, and what the Secret says is added to what is known, never put in its
// place: API servers trust the old ones, and replicas show leaves of them. To throw an
// authority away for good, delete the Secret while no replica runs.
//
// # Why not a library
//
// Two were read and held against the tests of this package.
//
// cert-manager's pkg/server/tls/authority (v1.21.2) keeps one authority in the Secret, and
// replaces it in one step: from then until the trust has followed, admissions fail. The trust is
// left to cert-manager's cainjector, which would have to run in the cluster.
//
// open-policy-agent/cert-controller (v0.16.0) has one authority at a time, too, and keeps the
// leaf in a mounted Secret: replicas learn of a new one when the kubelet writes it, up
// to minutes later, or by ending the process (RestartOnSecretRefresh).
//
// What neither does, overlap, is all that is difficult here; the rest is crypto/x509.
package serving
