//go:build e2e && linux

package chart

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/node/guard"
	"github.com/softstop/softstop/e2e/pace"
)

// walk is a new user's way: each step is one command, in order, and the log of go test -v
// is what that user sees.
type walk struct {
	*stage.Stage
	// chart is the chart's folder.
	chart string
	// images is a values file: the images of this work tree, which are on the node already.
	images string
	// authority is a file: whom to trust for the certificate in givenSecret.
	authority string
	// before are the API server's objects before the installation.
	before map[string]bool
}

// shop is the user's namespace.
const shop = "shop"

func TestWalk(t *testing.T) {
	w := begin(t)
	for _, step := range []struct {
		name string
		do   func(*testing.T)
	}{
		{"install with defaults", w.install},
		{"helm test", w.helmTest},
		{"label a namespace, restart a deployment, see it injected", w.optIn},
		{"see why one pod was not", w.seeWhyNot},
		{"override the drain by annotation", w.override},
		{"see who decided what", w.explain},
		{"lock it as the admin", w.lock},
		{"upgrade while pods are being created", w.upgrade},
		{"a forced stop is told", w.forcedStop},
		{"helm test fails where pods are not injected", w.helmTestFails},
		{"roll back while pods are being created", w.rollBack},
		{"let cert-manager make its certificate", w.certManager},
		{"give it a certificate", w.givenCertificate},
		{"all that the pages say", w.pages},
		{"uninstall, while an injected pod runs", w.uninstall},
	} {
		if !t.Run(step.name, step.do) {
			return // what follows needs it
		}
	}
}

// begin sets the stage: a node with a workload of somebody who has not heard of softstop,
// and a namespace for it that admits restricted pods only.
func begin(t *testing.T) *walk {
	if err := guard.EndWithParent(); err != nil {
		t.Fatal(err)
	}
	st, err := stage.Set(t.Context(), stage.Options{Name: "chart", Progress: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	installPlugin(t)
	w := &walk{Stage: st, images: filepath.Join(t.TempDir(), "images.yaml")}
	if w.chart, err = Folder(t.Context()); err != nil {
		t.Fatal(err)
	}
	values := strings.NewReplacer("REPOSITORY", images.Repository, "TAG", images.Tag).Replace(`
image: {repository: REPOSITORYsoftstop-webhook, tag: TAG, pullPolicy: Never}
init: {image: {repository: REPOSITORYsoftstop-init, tag: TAG, pullPolicy: Never}}
`)
	if err := os.WriteFile(w.images, []byte(values), 0o644); err != nil {
		t.Fatal(err)
	}
	w.kubectl(t, "", "create", "namespace", shop)
	w.kubectl(t, "", "create", "namespace", Namespace)
	w.kubectl(t, "", "label", "namespace", Namespace, "pod-security.kubernetes.io/enforce=restricted")
	w.makeCertificate(t)
	w.kubectl(t, deployment, "apply", "--namespace", shop, "--filename", "-")
	w.kubectl(t, "", "rollout", "status", "deployment/web", "--namespace", shop, "--timeout="+minutes(1))
	w.before = w.objects(t)
	return w
}

// deployment is the user's workload: behind a shell, and it serves.
const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: ` + images.App + `
        imagePullPolicy: Never
        command: [sh, -c, "/app --serve :8080; echo ended"]
        ports: [{containerPort: 8080}]
        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
`

// kubectl runs kubectl on the node and returns all it says, warnings included.
func (w *walk) kubectl(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	return w.run(t, stdin, "kubectl", args...)
}

// helm runs Helm on the node for the release.
func (w *walk) helm(t *testing.T, args ...string) string {
	t.Helper()
	return w.run(t, "", "helm", append(args, "--namespace", Namespace)...)
}

func (w *walk) run(t *testing.T, stdin, name string, args ...string) string {
	t.Helper()
	out, err := w.try(t.Context(), stdin, name, args...)
	t.Logf("$ %s %s\n%s", name, strings.Join(args, " "), out)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func (w *walk) try(ctx context.Context, stdin, name string, args ...string) (string, error) {
	var out strings.Builder
	cmd := w.Node.Command(name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &out
	err := guard.Run(ctx, cmd)
	return out.String(), err
}

// want fails unless what a command said has every one of these.
func want(t *testing.T, said string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(said, word) {
			t.Errorf("it does not say %q", word)
		}
	}
}

// minutes is a limit for Helm and kubectl, at the pace of this machine.
func minutes(n int) string { return pace.Stretch(time.Duration(n) * time.Minute).String() }

// eventually tries until done says yes.
func eventually(t *testing.T, done func() (bool, string)) {
	t.Helper()
	await.NoError(t, "the walk goes on", func() error {
		if ok, state := done(); !ok {
			return errors.New(state)
		}
		return nil
	})
}
