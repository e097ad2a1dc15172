//go:build e2e && linux

package chart

import (
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/e2e/demo/trial"
	"github.com/softstop/softstop/e2e/pace"
)

func (w *walk) install(t *testing.T) {
	said := w.helm(t, "install", Release, w.chart, "--values", w.images, "--wait", "--timeout", minutes(2))
	want(t, said, "STATUS: deployed", "kubectl label namespace NAMESPACE softstop.dev/inject=enabled")
}

func (w *walk) helmTest(t *testing.T) {
	want(t, w.helm(t, "test", Release, "--timeout", minutes(1)), "Phase:          Succeeded", "has wrapped this pod and started it: carrier emptyDir")
	if left := w.kubectl(t, "", "get", "pods", "--namespace", "default", "--output", "name"); strings.Contains(left, "softstop") {
		t.Errorf("helm test left %s", left)
	}
}

func (w *walk) optIn(t *testing.T) {
	want(t, w.kubectl(t, "", "label", "namespace", shop, "softstop.dev/inject=true"),
		`Warning: `, `softstop: the namespace label softstop.dev/inject: "true" is ignored: it must be enabled or disabled`)
	want(t, w.kubectl(t, "", "label", "--overwrite", "namespace", shop, "softstop.dev/inject=enabled"), "labeled")
	want(t, w.scan(t), "missed    Deployment shop/web, 1 pod: created before softstop was installed; restart it")
	w.kubectl(t, "", "rollout", "restart", "deployment/web", "--namespace", shop)
	w.kubectl(t, "", "rollout", "status", "deployment/web", "--namespace", shop, "--timeout="+minutes(1))
	want(t, w.kubectl(t, "", "get", "pods", "--namespace", shop, "--label-columns", "softstop.dev/injected",
		"--selector", "softstop.dev/injected=true"), "web-", "true")
	want(t, w.scan(t), "injected  Deployment shop/web, 1 pod\n", "0 missed, 0 left; 0 will not stop well")
}

// seeWhyNot starts a pod whose command nobody can know: its image is on the node only.
func (w *walk) seeWhyNot(t *testing.T) {
	said := w.kubectl(t, "", "run", "bare", "--namespace", shop, "--image", "local.example/only:here", "--image-pull-policy=Never")
	want(t, said, "Warning: softstop", "imagePullPolicy is Never", "pod/bare created")
	want(t, w.kubectl(t, "", "get", "pod", "bare", "--namespace", shop, "--output", `jsonpath={.metadata.annotations.softstop\.dev/status}`),
		"pull-never")
	want(t, w.scan(t), "injected  Pod shop/bare, 1 pod: bare is not wrapped (pull-never)")
	w.kubectl(t, "", "delete", "pod", "bare", "--namespace", shop, "--now")
}

func (w *walk) override(t *testing.T) {
	w.kubectl(t, "", "annotate", "namespace", shop, "softstop.dev/drain=12s")
	if got, _ := w.drain(t); got != "12" {
		t.Errorf("the drain is %q s, want 12", got)
	}
}

// lock overrules the namespace: the webhook hears of its new configuration by itself.
func (w *walk) lock(t *testing.T) {
	w.helm(t, "upgrade", Release, w.chart, "--reuse-values", "--wait", "--timeout", minutes(2),
		"--set", "config.defaults.drain=3s", "--set", "config.limits.locked[0]=drain")
	// The replicas hear of it one after the other.
	var said string
	eventually(t, func() (bool, string) {
		got, all := w.drain(t)
		said = all
		return got == "3", "the drain is still " + got + " s"
	})
	t.Logf("the API server's client says:\n%s", said)
	want(t, said, "Warning: softstop", "softstop.dev/drain", `"12s" is ignored`, "locks")
}

// upgrade rolls the webhook's own pods, and has them watch how pods stop.
func (w *walk) upgrade(t *testing.T) {
	pods := w.createPods(t)
	want(t, w.helm(t, "upgrade", Release, w.chart, "--reuse-values", "--wait", "--timeout", minutes(2), "--set", "stopReports.enabled=true"),
		"STATUS: deployed", "REVISION: 3", "is upgraded")
	pods.judge(t)
}

// helmTestFails where pods come back without softstop, as they do in kube-system.
func (w *walk) helmTestFails(t *testing.T) {
	w.helm(t, "upgrade", Release, w.chart, "--reuse-values", "--wait", "--timeout", minutes(2), "--set", "test.namespace=kube-system")
	said, err := w.try(t.Context(), "", "helm", "test", Release, "--namespace", Namespace, "--timeout", minutes(1))
	t.Log(said)
	if err == nil {
		t.Error("helm test passes although its pod is not injected")
	}
	want(t, said, "Phase:          Failed", "came back from the API server without softstop")
}

func (w *walk) rollBack(t *testing.T) {
	pods := w.createPods(t)
	want(t, w.helm(t, "rollback", Release, "1", "--wait", "--timeout", minutes(2)), "Rollback was a success")
	pods.judge(t)
	eventually(t, func() (bool, string) {
		got, _ := w.drain(t)
		return got == "12", "the lock still holds: the drain is " + got + " s"
	})
}

// givenCertificate has the webhook show a certificate that the user has made.
func (w *walk) givenCertificate(t *testing.T) {
	// Helm asks before it takes the caBundle over from the webhook, which has written it.
	w.helm(t, "upgrade", Release, w.chart, "--reuse-values", "--wait", "--timeout", minutes(2), "--force-conflicts", "--set", "certificates.mode=secret",
		"--set", "certificates.secret.name="+givenSecret, "--set-file", "certificates.secret.caBundle="+w.authority)
	// API servers hear of another authority a moment later.
	w.awaitDrain(t)
	want(t, w.helm(t, "test", Release, "--timeout", minutes(1)), "Phase:          Succeeded")
}

// uninstall leaves nothing behind, and a pod that was injected runs on and still stops well.
func (w *walk) uninstall(t *testing.T) {
	running, err := trial.Start(t.Context(), w.Client, shop, survivor(t))
	if err != nil {
		t.Fatal(err)
	}
	want(t, w.helm(t, "uninstall", Release, "--wait", "--timeout", minutes(2)), "uninstalled")
	eventually(t, func() (bool, string) {
		var left []string
		for name := range w.objects(t) {
			if !w.before[name] {
				left = append(left, name)
			}
		}
		return len(left) == 0, "left behind: " + strings.Join(left, ", ")
	})
	o, err := running.Stop(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the pod stopped after %.1f s with exit code %d", o.Took.Seconds(), o.ExitCode)
	if !o.Softstop {
		t.Error("it was not injected")
	}
	var all []string
	pace.Holds(func() bool { all = trial.Judge(o, pace.Stretch(5*time.Second)); return len(all) == 0 })
	for _, wrong := range all {
		t.Error(wrong)
	}
}

// survivor is an application behind a script: without an init it would not hear of its end.
func survivor(t *testing.T) trial.Workload {
	t.Helper()
	for _, w := range trial.Workloads() {
		if w.Name == "go-script" {
			return w
		}
	}
	t.Fatal("the demo has no workload go-script")
	return trial.Workload{}
}
