// Command softstop-webhook answers the API server's reviews of new pods.
//
// It puts the parts together and stops well: at SIGTERM it stops being ready, goes on
// answering while the API server still sends reviews, finishes what is in flight and
// exits 0. What it answers is decided in package webhook.
//
//	softstop-webhook [flags]            serves
//	softstop-webhook injected STATUS    says what was done to the pod it runs in, for helm test
package main
