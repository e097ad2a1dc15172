package webhook

import (
	"strings"

	"gomodules.xyz/jsonpatch/v2"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/softstop/softstop/config"
)

// maxWarning is the length in bytes beyond which an API server may cut a warning.
const maxWarning = 256

// respond makes the answer to the API server. Only the configuration's strict refuses
// a pod, and only for values that somebody wrote and nobody understands.
func respond(plan Plan, operations []jsonpatch.Operation, strict bool) admission.Response {
	if bad := sentences(plan.Problems); strict && len(bad) > 0 {
		return admission.Denied("softstop: " + strings.Join(bad, "; "))
	}
	response := admission.Allowed("")
	if len(operations) > 0 {
		response = admission.Patched("", operations...)
	}
	return response.WithWarnings(shortened(plan.Warnings)...)
}

// sentences are the problems that strict refuses a pod for.
func sentences(problems []config.Problem) (bad []string) {
	for _, problem := range problems {
		if !problem.Limit {
			bad = append(bad, problem.String())
		}
	}
	return bad
}

// unchanged admits the pod as it is and says why.
func unchanged(err error) admission.Response {
	return admission.Allowed("").WithWarnings(shortened([]string{"softstop: the pod is left unchanged: " + err.Error()})...)
}

func shortened(warnings []string) []string {
	short := make([]string, len(warnings))
	for i, w := range warnings {
		if len(w) > maxWarning {
			w = strings.ToValidUTF8(w[:maxWarning-3], "") + "…"
		}
		short[i] = w
	}
	return short
}
