// Package serving keeps the webhook's serving certificate: it makes its own authority
// and leaf, keeps both in a Secret, tells the API server whom to trust, and renews the
// leaf long before it expires.
//
// It does not serve: the webhook server asks Keeper for the certificate of each
// handshake, so a renewed one is used from the next connection on.
//
// # Why replicas agree
//
// Every replica runs the same Keeper. Whoever finds the Secret empty or stale writes a
// new pair; the API server refuses the second writer by resourceVersion, and that one
// reads what the first has written. No leader is needed.
//
// # Why not a library
//
// cert-manager must be installed first, and the libraries made for this write files
// into a mounted Secret, which the kubelet updates with a minute's delay and which a
// read-only container cannot do. What is left is small: see pair.go.
package serving
