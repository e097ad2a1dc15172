// Command bench measures what softstop promises: rolling updates that drop nothing, quick stops,
// and a price close to nothing.
//
//	rollout    requests that fail while deployments are restarted
//	stoptime   from a pod's deletion to its end, beside the application's own cleanup
//	podprice   from a pod's creation to Running; memory; image sizes
//	admission  creating a pod, beside a webhook that does nothing
//	scale      20,000 pods; the webhook's memory, processor and cache
//
// Each is a package. All run on one real node (package ground), one after the other; each writes
// its section of docs/benchmarks.md (package page) as soon as it has it, so that a part that fails
// costs only itself.
//
// A goal that is missed is written down and is no error: a figure moves with the machine, and who
// reads the page sees it.
package main
