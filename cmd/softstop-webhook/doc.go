// Command softstop-webhook answers the API server's reviews of new pods.
//
// It puts the parts together and stops well: at SIGTERM it stops being ready, goes on
// answering while the API server still sends reviews, finishes what is in flight and
// exits 0. What it answers is decided in package webhook.
package main
