// Package events writes Kubernetes Events about pods to what owns them: nobody inspects a pod that
// does not exist yet, or no longer.
//
// It decides which reviews deserve one (OfReview), finds the workload, keeps the rate
// down, and writes. It does not decide about pods, and losing an event is no error: the
// same is in the pod's status annotation and in the metrics.
//
// # Why bad values, too
//
// Admission warnings go to whoever creates the pod. For all pods but the few that people
// create themselves that is a controller, which drops them.
//
// # Why not client-go's recorder
//
// It names events by the time: two replicas that see the same write it twice, and it
// keeps a series for every pod of a workload alive with further requests. Here the name
// is made from what the event says, so that the API server itself refuses the second
// one; what repeats is written once an hour. No leader is needed.
//
// # Why events of the core group
//
// What is counted (Count) changes its event's note with each count. The API server allows that
// there, and in events.k8s.io only a number; kubectl shows both alike.
package events
