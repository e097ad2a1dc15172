//go:build linux

package nodeplugin

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
)

// TestOutcome holds what a pod's end and its words mean.
func TestOutcome(t *testing.T) {
	const wrapped, plain = "process 1 is softstop-init at 12.50 9.00\n", "process 1 is sh at 12.50 9.00\n"
	for name, c := range map[string]struct {
		bare    bool
		carrier string
		code    int32
		reason  string
		log     string
		want    How
	}{
		"wrapped by the node":                {false, "node", exit, "Error", wrapped, OnNode},
		"wrapped by another carrier":         {false, "emptyDir", exit, "Error", wrapped, Otherwise},
		"no plugin was there":                {false, "node", exit, "Error", plain, Without},
		"another carrier, and no init":       {false, "emptyDir", exit, "Error", plain, Wrong},
		"the webhook has not seen it":        {false, "", exit, "Error", plain, Wrong},
		"bare":                               {true, "", exit, "Error", plain, Bare},
		"bare, with an init":                 {true, "", exit, "Error", wrapped, Wrong},
		"bare, but planned":                  {true, "node", exit, "Error", plain, Wrong},
		"another exit code":                  {false, "node", 0, "Completed", wrapped, Wrong},
		"another program":                    {false, "node", exit, "Error", "hello\n", Wrong},
		"said twice: started more than once": {false, "node", exit, "Error", wrapped + wrapped, Wrong},
		"never started":                      {false, "node", 128, "StartError", "", Failed},
		"never created":                      {false, "node", 0, "", "", Failed},
	} {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{}}}
		if c.carrier != "" {
			pod.Annotations[config.StatusKey] = `{"carrier":"` + c.carrier + `"}`
		}
		if c.reason != "" {
			ended := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: c.code, Reason: c.reason}}
			pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", State: ended}}
		}
		got := Begun{bare: c.bare, at: 12 * time.Second}.outcome(pod, c.log)
		if got.How != c.want {
			t.Errorf("%s: %s, want %s", name, got.How, c.want)
		}
		if ran := c.want != Wrong && c.want != Failed; ran && got.Took != 500*time.Millisecond {
			t.Errorf("%s: took %s", name, got.Took)
		}
	}
}
