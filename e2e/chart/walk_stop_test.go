//go:build e2e && linux

package chart

import (
	"regexp"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/demo/images"
)

// deaf is a workload that does not care for SIGTERM, and that its kubelet restarts over
// and over. Of one of its containers the pod's status has the init's report, of the other
// the end of the log.
const deaf = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: deaf}
spec:
  selector: {matchLabels: {app: deaf}}
  template:
    metadata:
      labels: {app: deaf}
      annotations: {softstop.dev/stop-timeout: 1s, softstop.dev/signal-target: nobody}
    spec:
      containers:
      - &deaf
        name: deaf
        image: ` + images.App + `
        imagePullPolicy: Never
        command: [/app, --deaf]
        livenessProbe: {exec: {command: [sh, -c, exit 1]}, periodSeconds: 1, failureThreshold: 1}
      - <<: *deaf
        name: logs
        terminationMessagePolicy: FallbackToLogsOnError
`

// forcedStop: whoever describes the pod reads who was killed, whoever describes the
// Deployment reads the same and that one of its values means nothing, and the metric
// counts by workload.
func (w *walk) forcedStop(t *testing.T) {
	w.kubectl(t, deaf, "apply", "--namespace", shop, "--filename", "-")
	for _, c := range []struct {
		says    []string
		command []string
	}{
		{[]string{`"signal":"SIGTERM"`, `"killed":\[{`, `"command":"/app"`, "softstop-init: killed pid "}, []string{"describe", "pod", "--selector", "app=deaf"}},
		{[]string{
			// One event that counts: of both containers, and again after each restart.
			`StopForced +\S+ \(x\d+ over \S+\) .*softstop: \d+ of \d+ stops since \d\d:\d\d UTC were forced; the last: pod deaf-\S+, container "(deaf": killed after .* /app \(pid |logs": killed pid )`,
			`BadValue .*softstop.dev/signal-target: "nobody" is ignored: it must be auto, main, group or all`,
		}, []string{"describe", "deployment", "deaf"}},
	} {
		eventually(t, func() (bool, string) {
			said, err := w.try(t.Context(), "", "kubectl", append(c.command, "--namespace", shop)...)
			if err != nil {
				return false, said
			}
			for _, word := range c.says {
				if !regexp.MustCompile(word).MatchString(said) {
					return false, "it does not say " + word + ":\n" + said
				}
			}
			t.Logf("$ kubectl %s\n%s", strings.Join(c.command, " "), said)
			return true, ""
		})
	}
	// A replica that has just come counts from then on.
	eventually(t, func() (bool, string) {
		pods := strings.Fields(w.kubectl(t, "", "get", "pods", "--namespace", Namespace, "--selector", "app.kubernetes.io/component=webhook", "--output", "name"))
		for _, pod := range pods {
			name := strings.TrimPrefix(pod, "pod/")
			metrics, err := w.try(t.Context(), "", "kubectl", "get", "--raw", "/api/v1/namespaces/"+Namespace+"/pods/"+name+":8080/proxy/metrics")
			if err != nil || !strings.Contains(metrics, `softstop_stops_total{namespace="`+shop+`",phase="done",result="forced",workload="Deployment/deaf"}`) {
				return false, name + " has not counted it"
			}
		}
		return len(pods) > 0, "no pods"
	})
	w.kubectl(t, "", "delete", "deployment", "deaf", "--namespace", shop, "--wait=false")
}
