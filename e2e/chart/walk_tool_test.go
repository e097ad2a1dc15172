//go:build e2e && linux

package chart

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/softstop/softstop/e2e/node/parts"
)

// installPlugin builds the command line as kubectl's plugin and puts it on the PATH.
func installPlugin(t *testing.T) {
	t.Helper()
	root, err := parts.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(folder, "kubectl-softstop"), "./cmd/softstop")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build kubectl-softstop: %v\n%s", err, out)
	}
	t.Setenv("PATH", folder+":"+os.Getenv("PATH"))
}

// scan returns what kubectl softstop scan says of the user's namespace. It fails where it
// finds something, and so must not be judged by that.
func (w *walk) scan(t *testing.T) string {
	t.Helper()
	said, _ := w.try(t.Context(), "", "kubectl", "softstop", "scan", "--namespace", shop)
	t.Logf("$ kubectl softstop scan --namespace %s\n%s", shop, said)
	return said
}

// explain: what runs, together with its namespace and the cluster's configuration, tells
// every value and who set it, before anything happens.
func (w *walk) explain(t *testing.T) {
	configuration := w.kubectl(t, "", "get", "configmap", Release+"-webhook", "--namespace", Namespace, "--output", `jsonpath={.data.config\.yaml}`)
	want(t, w.kubectl(t, configuration, "softstop", "validate-config", "--filename", "-"), "standard input: valid")
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	live := w.kubectl(t, "", "get", "namespace/"+shop, "deployment/web", "--namespace", shop, "--output", "yaml")
	want(t, w.kubectl(t, live, "softstop", "explain", "--config", file, "--filename", "-"),
		"Deployment shop/web", "injected: its namespace asks for it", "0s drain → 12s stop signal", "from namespace", "from default", "the kubelet kills")
}
