//go:build linux

package chart

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/softstop/softstop/e2e/pace"
)

// TestAPIServerAccepts creates everything, in a dry run in which an unknown field is an
// error, on an API server that knows cert-manager's and Prometheus' resources. The
// namespace admits restricted pods only.
func TestAPIServerAccepts(t *testing.T) {
	needsNodeParts(t)
	api := startAPIServer(t)
	for _, name := range []string{Namespace, "shop"} {
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
			Name: name, Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"},
		}}
		if err := api.Create(t.Context(), namespace); err != nil {
			t.Fatal(err)
		}
	}
	eachGolden(t, func(t *testing.T, name string, rendered []byte) {
		objects, err := Objects(rendered)
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range objects {
			created := object.DeepCopy()
			err := api.Create(t.Context(), created, client.DryRunAll, client.FieldValidation("Strict"))
			if err != nil {
				t.Errorf("%s %s: %v", object.GetKind(), object.GetName(), err)
			}
			if err == nil && object.GroupVersionKind().Group == "admissionregistration.k8s.io" {
				saysItAll(t, object, created)
			}
			if object.GetKind() == "Deployment" && name != "host-network" { // which restricted forbids
				createPod(t, api, object)
			}
		}
	})
}

// saysItAll holds that the API server fills nothing in, which GitOps tools would take for a
// difference for ever.
func saysItAll(t *testing.T, sent, created *unstructured.Unstructured) {
	t.Helper()
	for _, part := range []string{"spec", "webhooks"} {
		want, got := sent.Object[part], created.Object[part]
		if !equality.Semantic.DeepEqual(want, got) {
			t.Errorf("%s %s: the API server makes of %s\n%v\n%v", sent.GetKind(), sent.GetName(), part, want, got)
		}
	}
}

// createPod creates a pod as the Deployment's: Pod Security judges pods.
func createPod(t *testing.T, api client.Client, deployment *unstructured.Unstructured) {
	t.Helper()
	template, _, _ := unstructured.NestedMap(deployment.Object, "spec", "template")
	pod := &unstructured.Unstructured{Object: template}
	pod.SetAPIVersion("v1")
	pod.SetKind("Pod")
	pod.SetNamespace(deployment.GetNamespace())
	pod.SetName("webhook")
	// Neither is there in this API server.
	unstructured.RemoveNestedField(pod.Object, "spec", "serviceAccountName")
	unstructured.RemoveNestedField(pod.Object, "spec", "priorityClassName")
	if err := api.Create(t.Context(), pod, client.DryRunAll); err != nil {
		t.Errorf("a pod of %s: %v", deployment.GetName(), err)
	}
}

func startAPIServer(t *testing.T) client.Client {
	t.Helper()
	certManager := certManagerDefinitions(t)
	prometheus := filepath.Join(moduleFolder(t, "crds", "github.com/prometheus-operator/prometheus-operator"), "example/prometheus-operator-crd")
	env := &envtest.Environment{ControlPlaneStartTimeout: pace.Stretch(time.Minute), ControlPlaneStopTimeout: pace.Stretch(time.Minute), ErrorIfCRDPathMissing: true, CRDDirectoryPaths: []string{
		filepath.Join(certManager, "cert-manager.io_certificates.yaml"),
		filepath.Join(certManager, "cert-manager.io_issuers.yaml"),
		filepath.Join(prometheus, "monitoring.coreos.com_servicemonitors.yaml"),
		filepath.Join(prometheus, "monitoring.coreos.com_prometheusrules.yaml"),
	}}
	admin, err := env.Start()
	if err != nil {
		t.Fatalf("start API server: %v", err)
	}
	t.Cleanup(func() {
		if err := env.Stop(); err != nil {
			t.Errorf("stop API server: %v", err)
		}
	})
	api, err := client.New(admin, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// certManagerDefinitions is the folder with the definitions of the cert-manager that the walk runs.
func certManagerDefinitions(t *testing.T) string {
	t.Helper()
	return filepath.Join(moduleFolder(t, "../node/parts/cert-manager", "github.com/cert-manager/cert-manager"), "deploy/crds")
}

// moduleFolder downloads a module that the go.mod in the folder pins names, and returns where it
// is.
func moduleFolder(t *testing.T, pins, module string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", module)
	cmd.Dir, cmd.Stderr = pins, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("download %s: %v: %s%s", module, err, stderr.Bytes(), out)
	}
	var downloaded struct{ Dir string }
	if err := json.Unmarshal(out, &downloaded); err != nil {
		t.Fatal(err)
	}
	return downloaded.Dir
}
