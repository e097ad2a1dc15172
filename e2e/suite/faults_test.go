//go:build e2e && linux

package suite

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/pace"
	"github.com/softstop/softstop/webhook/inject"
)

// fault is a registry that does not do what it should, or none.
type fault struct {
	name string
	// address is host:port.
	address string
	// answer answers; nil means that nobody listens.
	answer http.HandlerFunc
	// reason is what the pod's status then says.
	reason inject.Reason
}

// faults are the registries that a cluster may meet, each at an address of its own: the webhook
// remembers hosts.
func (s *suite) faults() []fault {
	list := []fault{
		{name: "down", reason: inject.ReasonRegistryUnavailable},
		{name: "no-route", reason: inject.ReasonRegistryUnavailable},
		{name: "hangs", answer: hang, reason: inject.ReasonRegistryUnavailable},
		{name: "drips", answer: drip, reason: inject.ReasonRegistryUnavailable},
		{name: "429", answer: refuse(http.StatusTooManyRequests), reason: inject.ReasonRegistryUnavailable},
		{name: "500", answer: refuse(http.StatusInternalServerError), reason: inject.ReasonRegistryUnavailable},
		{name: "401", answer: refuse(http.StatusUnauthorized), reason: inject.ReasonRegistryUnauthorized},
		{name: "404", answer: http.NotFound, reason: inject.ReasonImageNotFound},
		{name: "realm-hangs", answer: realmHangs, reason: inject.ReasonRegistryUnavailable},
		{name: "redirects", answer: redirect, reason: inject.ReasonRegistryUnavailable},
		{name: "garbage", answer: say("<html>welcome to the proxy</html>"), reason: inject.ReasonImageInvalid},
		{name: "truncated", answer: truncate, reason: inject.ReasonImageInvalid},
		{name: "endless", answer: endless, reason: inject.ReasonImageInvalid},
	}
	for i := range list {
		list[i].address = fmt.Sprintf("%s:%d", s.Node.Address(), 5001+i)
	}
	// An address of the pods' network that nobody has: not refused, but never answered.
	list[1].address = "10.88.255.254:5000"
	return list
}

// insecure are the addresses that the webhook may ask over plain HTTP, as an argument for Helm.
func (s *suite) insecure() string {
	hosts := []string{s.Node.Registry()}
	for _, f := range s.faults() {
		hosts = append(hosts, f.address)
	}
	return "config.registry.insecure={" + strings.Join(hosts, ",") + "}"
}

// lookupFaults is hard pod 14: whatever the registry does, a pod is admitted within the budget and
// 200 ms, as its creator measures it, and it starts. The image is on the node already. Each
// registry is asked three times: the answer may be remembered, but not be late.
func (s *suite) lookupFaults(t *testing.T) {
	ns := s.namespace(t, "lookup-faults", map[string]string{"softstop.dev/inject": "enabled"})
	faults := s.faults()
	for _, f := range faults {
		if f.answer != nil {
			s.serve(t, f.address, f.answer)
		}
		if err := s.Node.TagImage(t.Context(), images.App, f.address+"/app:1"); err != nil {
			t.Fatal(err)
		}
	}
	const times = 3
	for _, f := range faults {
		var took []time.Duration
		for i := range times {
			own := s.create(t, asked(ns, fmt.Sprintf("own-%s-%d", f.name, i), images.App, "/app"), true)
			looked := s.create(t, asked(ns, fmt.Sprintf("%s-%d", f.name, i), f.address+"/app:1"), i > 0)
			took = append(took, looked.took.Round(time.Millisecond))
			// own is what an admission takes without a look-up: how busy the machine is.
			limit := func() time.Duration { return config.DefaultBudget + pace.Stretch(200*time.Millisecond) + own.took }
			if !pace.Holds(func() bool { return looked.took <= limit() }) {
				t.Errorf("%s: the admission took %s, want at most %s", f.name, looked.took, limit())
			}
			f.judge(t, looked.pod)
		}
		t.Logf("%-12s %-22s admitted in %v", f.name, f.reason, took)
	}
	for _, f := range faults {
		s.awaitRunning(t, ns, f.name+"-0")
	}
}

// judge fails the test unless the pod is as it should be after a look-up that failed.
func (f fault) judge(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	status, err := inject.ReadStatus(pod.Annotations[config.StatusKey])
	if err != nil {
		t.Errorf("%s: %v", f.name, err)
		return
	}
	if c := status.Containers[0]; c.Action != inject.HooksOnly || c.Reason != f.reason {
		t.Errorf("%s: %s %s, want %s %s", f.name, c.Action, c.Reason, inject.HooksOnly, f.reason)
	}
}

// asked is a pod that runs command, or what its image says.
func asked(namespace, name, image string, command ...string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Image: image, ImagePullPolicy: corev1.PullIfNotPresent, Command: command,
		}}},
	}
}

// admitted is a pod as the API server has admitted it.
type admitted struct {
	pod *corev1.Pod
	// took is the time from the request to the answer.
	took time.Duration
}

// create sends a pod, perhaps as a dry run.
func (s *suite) create(t *testing.T, pod *corev1.Pod, dryRun bool) admitted {
	t.Helper()
	var o metav1.CreateOptions
	if dryRun {
		o.DryRun = []string{metav1.DryRunAll}
	}
	begin := time.Now()
	made, err := s.Client.CoreV1().Pods(pod.Namespace).Create(t.Context(), pod, o)
	took := time.Since(begin) //nolint:forbidigo // beside what an admission without a look-up takes
	if err != nil {
		t.Fatal(err)
	}
	return admitted{made, took}
}

// awaitRunning returns when a pod runs.
func (s *suite) awaitRunning(t *testing.T, namespace, name string) {
	t.Helper()
	eventually(t, func(ctx context.Context) error {
		pod, err := s.Client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
		if err == nil && pod.Status.Phase != corev1.PodRunning {
			err = fmt.Errorf("%s: %s", name, describe(pod))
		}
		return err
	})
}

func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func refuse(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(status)
	}
}

// realmHangs wants a token, and does not give one.
func realmHangs(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/token" {
		hang(w, r)
		return
	}
	w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="http://%s/token",service="test"`, r.Host))
	w.WriteHeader(http.StatusUnauthorized)
}

// redirect goes round in circles.
func redirect(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, r.URL.Path, http.StatusTemporaryRedirect)
}

func say(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
		_, _ = io.WriteString(w, text)
	}
}

// truncate promises more than it sends.
func truncate(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "1000")
	say(`{"schemaVersion": 2,`)(w, r)
}

// endless sends an image's manifest that never ends.
func endless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
	zeros := make([]byte, 64<<10)
	for r.Method == http.MethodGet && r.Context().Err() == nil {
		_, _ = w.Write(zeros)
	}
}

// drip sends a byte now and then.
func drip(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
	tick := time.NewTicker(100 * time.Millisecond) //nolint:forbidigo // what makes it drip
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
		case <-r.Context().Done():
			return
		}
	}
}
