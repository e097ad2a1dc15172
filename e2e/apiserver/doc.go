// Package apiserver tries the webhook's program against a real API server, with the chart installed
// and the rights that the chart gives. There is no kubelet: pods are admitted and do not run.
//
// TestAPIServer starts API server, registries and webhook once; each file holds what it tries of
// one kind:
//
//	cases         who is called, what people are told, copies, annotations
//	golden        the golden pods are valid before and after; random: any other pod, too
//	limits        quotas and LimitRanges
//	registry      looking images up, with passwords; distribution starts the registry with TLS
//	surroundings  later webhooks, nodes of other versions
//	reload        the configuration file
//	events        events and counted stops
//	certificates  rotation, trust that is lost; cabundle: what of its configuration the webhook may change
//	rights        the calls it made are those that its rules allow
//	security      secrets in logs, events, metrics; too large reviews
//	policy        what softstop policy prints beside the engine, pod by pod; the webhook is gone then
//	ready, process  replicas as processes: when they are ready, how they end, how they roll
package apiserver
