package webhook

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"gomodules.xyz/jsonpatch/v2"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

const (
	// prefix says who speaks: people see the words of many webhooks side by side.
	prefix = "softstop: "
	// maxWarning is the length in bytes beyond which an API server may cut a warning, and
	// maxWarnings how many a pod gets: an API server drops all beyond 4 KiB.
	maxWarning, maxWarnings = 256, 10
)

// respond makes the answer to the API server.
func respond(plan inject.Plan, operations []jsonpatch.Operation) admission.Response {
	response := admission.Allowed("")
	if plan.Skip == inject.ReasonRefused {
		response = admission.Denied(config.Line(prefix + strings.Join(inject.Refusals(plan.Problems), "; ")))
	}
	if len(operations) > 0 {
		patch, err := json.Marshal(sent(operations))
		if err != nil { // our own types: cannot happen
			return unchanged(err)
		}
		response.Patch, response.PatchType = patch, ptr.To(admissionv1.PatchTypeJSONPatch)
	}
	response.AuditAnnotations = audit(plan)
	return response.WithWarnings(warnings(plan.Warnings)...)
}

// operation is a jsonpatch.Operation without its MarshalJSON, with which all of a patch
// would be encoded and checked twice. All it is for, an explicit null, no patch here has.
type operation jsonpatch.Operation

// sent returns operations as they are sent.
func sent(operations []jsonpatch.Operation) []operation {
	list := make([]operation, len(operations))
	for i, o := range operations {
		list[i] = operation(o)
	}
	return list
}

// audit returns what the API server's audit log is told. It puts the name of the webhook's
// entry before each key.
func audit(plan inject.Plan) map[string]string {
	entries := map[string]string{"decision": string(cmp.Or(plan.Skip, "injected")), "by": string(plan.Consent.By)}
	var containers []string
	for _, c := range plan.Containers {
		containers = append(containers, c.Name+"="+string(cmp.Or(c.Reason, inject.Reason(c.Action))))
	}
	if len(containers) > 0 {
		entries["containers"] = config.Line(strings.Join(containers, ","))
	}
	return entries
}

// unchanged admits the pod as it is and says why.
func unchanged(err error) admission.Response {
	return admission.Allowed("").WithWarnings(shortened(prefix + "the pod is left unchanged: " + err.Error()))
}

// warnings are the first of list as the API server passes them on, and how many more there are.
func warnings(list []inject.Warning) (all []string) {
	more := max(0, len(list)-maxWarnings)
	for _, w := range list[:len(list)-more] {
		all = append(all, shortened(prefix+w.Text))
	}
	if more > 0 {
		all = append(all, fmt.Sprintf("%sand %d more warnings", prefix, more))
	}
	return all
}

// shortened is a warning of at most maxWarning bytes, in one line: an API server drops one with a
// control character in it, and a pod that nobody has validated may have some anywhere.
func shortened(warning string) string {
	warning = config.Line(warning)
	if len(warning) <= maxWarning {
		return warning
	}
	const mark = "…"
	return strings.ToValidUTF8(warning[:maxWarning-len(mark)], "") + mark
}
