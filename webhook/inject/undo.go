package inject

import (
	"gomodules.xyz/jsonpatch/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
)

// Undo returns the operations that take out of pod what Patch put in: none if nothing
// of softstop's is in it.
//
// What structure tells needs no status annotation: the init in front of a command, whether
// the command was there before, the carrier, softstop's own labels and annotations. Whether
// a preStop sleep and the grace period were there before is told by the status alone, and
// believed where the pod is as it says; without one they stay.
//
// A list or map that is empty afterwards goes, too.
func Undo(pod *corev1.Pod) []jsonpatch.Operation {
	return Patch(pod, Plan{Skip: ReasonNothingToDo, ours: findOurs(pod), Consent: config.Consent{In: true}})
}
