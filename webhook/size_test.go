package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/inject"
)

// most is the largest pod that an API server takes, and with it the largest of these reviews.
const most = 3 << 20

// fill repeats part, with commas between, until there are so many bytes. A %d in it counts.
func fill(bytes int, part string) string {
	var b strings.Builder
	for i := 0; b.Len() < bytes-len(part)-10; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		if strings.Contains(part, "%") {
			fmt.Fprintf(&b, part, i)
		} else {
			b.WriteString(part)
		}
	}
	return b.String()
}

// hostile are pods of about so many bytes, by what is wrong with them: what somebody would send who
// wants a review to cost as much as it can.
func hostile(bytes int) map[string]string {
	spec := func(text string) string {
		return `{"metadata":{"annotations":{"softstop.dev/inject":"true"}},"spec":{` + text + `}}`
	}
	container := func(text string) string { return spec(`"containers":[{"name":"app","image":"i",` + text + `}]`) }
	annotated := func(annotations, containers string) string {
		return `{"metadata":{"annotations":{"softstop.dev/inject":"true",` + annotations + `}},"spec":{"containers":[` + containers + `]}}`
	}
	some := fill(min(bytes/3, 9000), `{"name":"c%d","image":"i"}`)
	pods := map[string]string{
		"a long container name":           annotated(`"softstop.dev/containers":"`+fill(bytes/3, "n%d")+`"`, `{"name":"`+strings.Repeat("x", bytes/2)+`"}`),
		"many unknown names":              annotated(`"softstop.dev/containers":"`+fill(min(bytes/2, 200<<10), "n%d")+`"`, some),
		"a hundred unknown names":         annotated(`"softstop.dev/containers":"`+fill(500, "n%d")+`"`, some),
		"many values for containers":      annotated(fill(min(bytes/2, 250<<10), `"softstop.dev/drain.n%d":"5s"`), some),
		"many fields that are none":       annotated(fill(min(bytes/2, 250<<10), `"softstop.dev/n%d":""`), some),
		"a long value that is none":       annotated(`"softstop.dev/drain":"`+strings.Repeat(`\u0001`, min(bytes/7, 40<<10))+`"`, some),
		"a command for many containers":   annotated(`"softstop.dev/command":"[`+fill(min(bytes/2, 15<<10), `\"%d\"`)+`]"`, some),
		"many commands":                   annotated(fill(min(bytes/2, 250<<10), `"softstop.dev/command.c%d":"[\"a\",\"\",\"\",\"\",\"\",\"\",\"\"]"`), some),
		"many annotations":                annotated(fill(bytes, `"%d":""`), some),
		"a forged status":                 annotated(`"softstop.dev/status":"{\"containers\":[`+fill(min(bytes/2, 200<<10), `{}`)+`]}"`, some),
		"a forged status with many words": annotated(`"softstop.dev/status":"{\"containers\":[{\"name\":\"c0\",\"added\":[`+fill(min(bytes/2, 200<<10), `\"\"`)+`]}]}"`, some),
		"many containers, empty":          spec(`"containers":[` + fill(bytes, `{}`) + `]`),
		"many containers":                 spec(`"containers":[` + fill(bytes, `{"name":"c%d","image":"i"}`) + `]`),
		"many init containers":            spec(`"initContainers":[` + fill(bytes, `{"name":"c%d","image":"i","command":["a"]}`) + `]`),
		"many volumes":                    spec(`"volumes":[` + fill(bytes, `{}`) + `]`),
		"many tolerations":                spec(`"tolerations":[` + fill(bytes, `{}`) + `]`),
		"many affinity terms":             spec(`"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[` + fill(bytes, `{"labelSelector":{}}`) + `]}}`),
		"many pull secrets":               spec(`"imagePullSecrets":[` + fill(bytes, `{}`) + `]`),
		"many owners":                     `{"metadata":{"ownerReferences":[` + fill(bytes, `{}`) + `]}}`,
		"many managed fields":             `{"metadata":{"managedFields":[` + fill(bytes, `{"fieldsV1":{}}`) + `]},"spec":{"containers":[{"name":"a","command":["/a"]}]}}`,
		"many statuses":                   `{"status":{"containerStatuses":[` + fill(bytes, `{}`) + `]},"spec":{"containers":[{"name":"a","command":["/a"]}]}}`,
		"many labels":                     `{"metadata":{"labels":{` + fill(bytes, `"%d":""`) + `}}}`,
		"many finalizers":                 `{"metadata":{"finalizers":[` + fill(bytes, `""`) + `]}}`,
		"many variables":                  container(`"env":[` + fill(bytes, `{}`) + `]`),
		"many ports":                      container(`"ports":[` + fill(bytes, `{}`) + `]`),
		"many mounts":                     container(`"volumeMounts":[` + fill(bytes, `{}`) + `]`),
		"many quantities":                 container(`"resources":{"limits":{` + fill(bytes, `"%d":1`) + `}}`),
		"many headers":                    container(`"livenessProbe":{"httpGet":{"port":1,"httpHeaders":[` + fill(bytes, `{}`) + `]}}`),
		"a long script":                   container(`"command":["sh","-c","` + strings.Repeat("a", bytes) + `"]`),
		"a script of control characters":  container(`"command":["sh","-c","` + strings.Repeat(`\u0001`, bytes/6) + `"]`),
		"words with variables":            spec(`"containers":[` + fill(bytes, `{"name":"c%d","command":["$(a)"`+strings.Repeat(`,""`, min(150, bytes/300))+`]}`) + `]`),
		"many variables, used":            container(`"command":["$(A)"],"env":[` + fill(bytes, `{"name":"A","value":"$(A)"}`) + `]`),
		"a command of many words":         container(`"command":[` + fill(bytes, `""`) + `]`),
		"many arguments":                  container(`"command":["a"],"args":[` + fill(bytes, `""`) + `]`),
		"a long image":                    spec(`"containers":[{"name":"app","image":"` + strings.Repeat("x", bytes) + `"}]`),
		"a long image, many times":        spec(`"containers":[` + fill(bytes, `{"name":"c%d","image":"`+strings.Repeat("x", 4000)+`"}`) + `]`),
		"a long node selector":            spec(`"nodeSelector":{` + fill(bytes, `"%d":""`) + `}`),
		"a long mount path":               container(`"volumeMounts":[{"name":"v","mountPath":"/` + strings.Repeat("a/", bytes/2) + `"}]`),
		"deep":                            `{"metadata":` + strings.Repeat(`{"a":`, min(bytes/7, 9000)) + `1` + strings.Repeat(`}`, min(bytes/7, 9000)) + `}`,
		"no pod":                          `[` + fill(bytes, `{}`) + `]`,
		"one field many times":            spec(fill(bytes, `"containers":[{"name":"a"},{}]`)),
		"escaped names of fields":         `{"sp\u0065c":{"containers":[` + fill(bytes, `{}`) + `]}}`,
		"names of fields in other case":   `{"Spec":{"Containers":[` + fill(bytes, `{}`) + `]}}`,
		"no JSON":                         strings.Repeat("[", bytes),
		"no UTF-8":                        container(`"command":["` + strings.Repeat("\xff", bytes) + `"]`),
		"unknown fields":                  `{` + fill(bytes, `"n%d":[{}]`) + `}`,
		"numbers":                         `{"spec":{"terminationGracePeriodSeconds":` + strings.Repeat("9", bytes) + `}}`,
		"a name with words for terminals": container(`"command":["\u001b[2J","` + strings.Repeat(`\u202e`, bytes/6) + `"]`),
	}
	return pods
}

// reviewOf is the review of a pod as the API server posts it.
func reviewOf(pod string) []byte {
	return []byte(`{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"uid","kind":{"group":"","version":"v1","kind":"Pod"},` +
		`"resource":{"group":"","version":"v1","resource":"pods"},"namespace":"shop","operation":"CREATE","userInfo":{},"object":` + pod + `,"oldObject":null,"dryRun":false}}`)
}

// hostileReviews are reviews of about so many bytes that are hostile in themselves: they come
// from nobody's API server.
func hostileReviews(bytes int) map[string]string {
	around := func(text string) string {
		return `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"uid","operation":"CREATE","kind":{"kind":"Pod"},` + text + `}}`
	}
	return map[string]string{
		"many groups":     around(`"userInfo":{"groups":[` + fill(bytes, `""`) + `]},"object":` + plain),
		"a long name":     around(`"name":"` + strings.Repeat("x", bytes) + `","object":` + plain),
		"a long UID":      around(`"uid":"` + strings.Repeat("x", bytes) + `"`),
		"many fields":     around(fill(bytes, `"dryRun":true,"kind":{},"name":""`) + `,"object":` + plain),
		"many kinds":      `{` + fill(bytes, `"kind":"AdmissionReview"`) + `}`,
		"many objects":    around(fill(bytes, `"object":{"spec":{"containers":[{}]}}`)),
		"an old object":   around(`"oldObject":[` + fill(bytes, `{}`) + `],"object":` + plain),
		"many requests":   `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1",` + fill(bytes, `"request":{"uid":"u"}`) + `}`,
		"options":         around(`"options":[` + fill(bytes, `{}`) + `],"object":` + plain),
		"a response":      `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"warnings":[` + fill(bytes, `""`) + `]}}`,
		"no review":       `[` + fill(bytes, `{}`) + `]`,
		"a kind too long": `{"kind":"` + strings.Repeat("x", bytes) + `"}`,
	}
}

// allocated returns how many bytes do allocates, garbage and all.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// unknowing answers that an image runs a long command, or that nobody knows.
type unknowing struct{ around }

func (u *unknowing) Ask(_ context.Context, _ *corev1.Pod, containers, _ []string) map[string]inject.ImageAnswer {
	answers := map[string]inject.ImageAnswer{}
	long := config.Image{Entrypoint: []string{strings.Repeat("$", 15<<10), strings.Repeat("x", 15<<10)}}
	for i, name := range containers {
		answers[name] = inject.ImageAnswer{Reason: inject.ReasonRegistryUnavailable}
		if i%2 == 0 {
			answers[name] = inject.ImageAnswer{Image: long}
		}
	}
	return answers
}

// TestCost: no review costs more than 8 times its size, and a small one no more than what a
// hundred containers that are all wrapped need, whatever is in it. Before, a pod of 93 KiB cost 2
// GiB.
func TestCost(t *testing.T) {
	const floor, factor = 5 << 19, 8
	settings := webhook.Settings{Config: config.Default(), Images: &unknowing{}}
	h := &webhook.Handler{Settings: func() webhook.Settings { return settings }, Cluster: &around{}, Version: "test", Observe: webhook.NewMetrics().Observe}
	if _, err := h.Answer(t.Context(), reviewOf(plain)); err != nil { // what is made once is not a review's
		t.Fatal(err)
	}
	for _, bytes := range []int{20 << 10, 93 << 10, 300 << 10, most - 2000} {
		reviews := map[string][]byte{}
		for name, pod := range hostile(bytes) {
			reviews[name] = reviewOf(pod)
		}
		for name, text := range hostileReviews(bytes) {
			reviews[name] = []byte(text)
		}
		for name, body := range reviews {
			var answer []byte
			spent := allocated(func() { answer, _ = h.Answer(t.Context(), body) })
			if limit := uint64(max(floor, factor*len(body))); spent > limit {
				t.Errorf("%s: a review of %d KiB cost %d KiB, %.1f times its size", name, len(body)>>10, spent>>10, float64(spent)/float64(len(body)))
			}
			if len(answer) > 512<<10 {
				t.Errorf("%s: a review of %d KiB is answered with %d KiB", name, len(body)>>10, len(answer)>>10)
			}
			var got admissionv1.AdmissionReview
			if answer != nil && (json.Unmarshal(answer, &got) != nil || got.Response == nil || !got.Response.Allowed || len(got.Response.Warnings) > 11) {
				t.Errorf("%s: answered %.300s", name, answer)
			}
		}
	}
}

// TestLargeHonestPods: what is large and honest is injected as ever.
func TestLargeHonestPods(t *testing.T) {
	h := handler(&around{})
	for name, pod := range map[string]string{
		"3 MB of variables":          `{"spec":{"containers":[{"name":"a","command":["/a"],"env":[` + fill(most-1000, `{"name":"SETTING_%d","value":"`+strings.Repeat("a value ", 40)+`"}`) + `]}]}}`,
		"3 MB of short variables":    `{"spec":{"containers":[{"name":"a","command":["/a"],"env":[` + fill(most-1000, `{"name":"V","value":"1"}`) + `]}]}}`,
		"variables without a value":  `{"spec":{"containers":[{"name":"a","command":["/a"],"env":[` + fill(most-1000, `{"name":"V%d"}`) + `]}]}}`,
		"variables of other objects": `{"spec":{"containers":[{"name":"a","command":["/a"],"env":[` + fill(most-1000, `{"name":"V","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}`) + `]}]}}`,
		"200,000 arguments":          `{"spec":{"containers":[{"name":"a","command":["/a"],"args":[` + fill(1<<20, `"-%d"`) + `]}]}}`,
		"a command of many words":    `{"spec":{"containers":[{"name":"a","command":[` + fill(1<<20, `"-%d"`) + `]}]}}`,
		"2,000 volumes":              `{"spec":{"volumes":[` + fill(2000*40, `{"name":"v%d","emptyDir":{}}`) + `],"containers":[{"name":"a","command":["/a"]}]}}`,
		"10,000 ports":               `{"spec":{"containers":[{"name":"a","command":["/a"],"ports":[` + fill(400<<10, `{"containerPort":80,"protocol":"TCP"}`) + `]}]}}`,
		"20,000 tolerations":         `{"spec":{"tolerations":[` + fill(900<<10, `{"key":"k","operator":"Exists"}`) + `],"containers":[{"name":"a","command":["/a"]}]}}`,
		"1 MB of managed fields":     `{"metadata":{"managedFields":[` + fill(1<<20, `{"manager":"m","fieldsV1":{"f:%d":{}}}`) + `]},"spec":{"containers":[{"name":"a","command":["/a"]}]}}`,
		"a long script":              `{"spec":{"containers":[{"name":"a","command":["sh","-c","` + strings.Repeat("true;", 25000) + `"]}]}}`,
		"100 containers":             `{"spec":{"containers":[` + strings.TrimSuffix(strings.Repeat(`{"name":"a","image":"i","command":["/a","--flag"],"ports":[{"containerPort":80}],"volumeMounts":[{"name":"v","mountPath":"/v"}]},`, 100), ",") + `]}}`,
	} {
		answer, err := h.Answer(t.Context(), reviewOf(pod))
		if err != nil || !strings.Contains(string(answer), "JSONPatch") {
			t.Errorf("%s: %.300s, %v", name, answer, err)
		}
	}
}
