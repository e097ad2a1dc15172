package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	admissionv1 "k8s.io/api/admission/v1"
)

// TestWarningsForTerminals: nothing that a pod is made of, which nobody has validated yet, begins a
// line, moves a cursor or turns text around where warnings and audit logs are read. An API server
// drops a warning with a control character in it, too, so that nobody would be told.
func TestWarningsForTerminals(t *testing.T) {
	const ill = `a\n\u001b[31mX\u0085\u202eY\u2066\u0000`
	h := handler(&around{})
	said := 0
	for what, pod := range map[string]string{
		"a container's name": `{"metadata":{"annotations":{"softstop.dev/inject":"true"}},"spec":{"containers":[{"name":"` + ill + `","image":"i"}]}}`,
		"an image":           `{"metadata":{"annotations":{"softstop.dev/inject":"true"}},"spec":{"containers":[{"name":"a","image":"` + ill + `"}]}}`,
		"a command":          `{"metadata":{"annotations":{"softstop.dev/inject":"true"}},"spec":{"containers":[{"name":"a","image":"i","command":["` + ill + `"]}]}}`,
		"a value":            `{"metadata":{"annotations":{"softstop.dev/drain":"` + ill + `"}},"spec":{"containers":[{"name":"a","image":"i","command":["/a"]}]}}`,
		"a value for one":    `{"metadata":{"annotations":{"softstop.dev/drain.` + ill + `":"1s"}},"spec":{"containers":[{"name":"a","image":"i","command":["/a"]}]}}`,
		"a key":              `{"metadata":{"annotations":{"softstop.dev/` + ill + `":"1s"}},"spec":{"containers":[{"name":"a","image":"i","command":["/a"]}]}}`,
		"names":              `{"metadata":{"annotations":{"softstop.dev/containers":"` + ill + `"}},"spec":{"containers":[{"name":"` + ill + `","image":"i","command":["/a"]}]}}`,
		"opting in":          `{"metadata":{"annotations":{"softstop.dev/inject":"` + ill + `"}},"spec":{"containers":[{"name":"a","image":"i","command":["/a"]}]}}`,
		"a status":           `{"metadata":{"annotations":{"softstop.dev/status":"` + ill + `"}},"spec":{"containers":[{"name":"a","image":"i","command":["/a"]}]}}`,
		"a grace period":     `{"metadata":{"annotations":{"softstop.dev/inject":"true"}},"spec":{"terminationGracePeriodSeconds":"` + ill + `","containers":[{"name":"a"}]}}`,
		"a hook":             `{"metadata":{"annotations":{"softstop.dev/inject":"true"}},"spec":{"containers":[{"name":"` + ill + `","image":"i","command":["/a"],"lifecycle":{"preStop":{"exec":{"command":["` + ill + `","kill 1"]}}}}]}}`,
		"a volume":           `{"metadata":{"annotations":{"softstop.dev/inject":"true"}},"spec":{"volumes":[{"name":"` + ill + `","emptyDir":{}}],"containers":[{"name":"a","command":["/a"],"volumeMounts":[{"name":"` + ill + `","mountPath":"/"}]}]}}`,
		"a node":             `{"metadata":{"annotations":{"softstop.dev/inject":"true"}},"spec":{"nodeSelector":{"kubernetes.io/os":"` + ill + `"},"containers":[{"name":"a","image":"i","command":["/a"]}]}}`,
	} {
		body, err := h.Answer(t.Context(), reviewOf(pod))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		var got admissionv1.AdmissionReview
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		texts := got.Response.Warnings
		for _, entry := range got.Response.AuditAnnotations {
			texts = append(texts, entry)
		}
		said += len(got.Response.Warnings)
		if !got.Response.Allowed {
			t.Errorf("%s: refused: %s", what, got.Response.Result.Message)
		}
		for _, text := range texts {
			if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%s: %q", what, text)
			}
		}
	}
	if said < 5 {
		t.Errorf("%d warnings: this tells nothing", said)
	}
}
