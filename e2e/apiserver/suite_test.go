//go:build linux

package apiserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/e2e/node/parts"
	"github.com/softstop/softstop/e2e/pace"
	"github.com/softstop/softstop/e2e/scrape"
)

// suite is a real API server with the chart installed and the webhook running beside
// it, under the rights that the chart gives it.
type suite struct {
	client   client.Client
	packed   client.Client // which does not speak JSON
	webhook  client.Client // with the webhook's own rights
	warnings *warnings
	address  string // of the webhook
	registry string // host:port, over plain HTTP
	private  string // host:port, with TLS
	config   string // its configuration file
	// audit is the file with the webhook's calls; chart is what was installed.
	audit string
	chart []*unstructured.Unstructured
	first *replica // the webhook
	begun []*replica
	// program builds the webhook and returns its file.
	program func() (string, error)
}

// warnings collects what the API server warns about.
type warnings struct {
	mu  sync.Mutex
	all []string
}

func (w *warnings) HandleWarningHeader(_ int, _ string, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, text)
}

func (w *warnings) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.all
	w.all = nil
	return all
}

// release is the name by which the chart is installed, and so its MutatingWebhookConfiguration's.
const release = "softstop"

// patient are values of the chart by which an answer that takes long is one.
const patient = "webhooks.timeoutSeconds=30,config.registry.budget=20s"

// TestAPIServer starts the suite once for all that needs it.
func TestAPIServer(t *testing.T) {
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Skip("KUBEBUILDER_ASSETS is not set: make test builds the API server and sets it")
	}
	ctrl.SetLogger(logr.Discard()) // the test's own clients have nothing to say
	host := startRegistry(t)
	private, authorities := startPrivate(t)
	chart := renderChart(t, "--set", patient+",stopReports.enabled=true,node.enabled=true,registry.caConfigMap=authorities,config.registry.insecure[0]="+host+",config.registry.allow[0]=127.0.0.1/32")
	s := start(t, chart, authorities)
	s.registry, s.private = host, private
	t.Run("who is called", s.whoIsCalled)
	t.Run("dry run", s.dryRun)
	t.Run("restricted", s.restricted)
	t.Run("warnings", s.warningsReachThePerson)
	t.Run("full annotations", s.fullAnnotations)
	t.Run("long in JSON", s.longInJSON)
	t.Run("golden pods are valid", s.goldenPodsAreValid)
	t.Run("any pod stays valid", s.anyPodStaysValid)
	t.Run("reinvocation", s.reinvocation)
	t.Run("look-up", s.lookUp)
	t.Run("nodes", s.nodes)
	t.Run("quota and limits", s.quotaAndLimits)
	t.Run("reload", s.reload)
	t.Run("events", s.leftAloneEvents)
	t.Run("stop reports", s.stopReports)
	t.Run("stop reports of workers that were killed", s.killedWorkers)
	t.Run("replicas agree", s.replicasAgree)
	t.Run("too large", s.tooLarge)
	t.Run("only its bundle", s.onlyItsBundle)
	s.rotates(t)
	t.Run("trust is restored", s.trustIsRestored)
	t.Run("rotation under load", s.rotationUnderLoad)
	t.Run("no secret is told", s.noSecretIsTold)
	if err := s.first.stop(t); err != nil {
		t.Errorf("the webhook did not end well after its stop signal: %v", err)
	}
	t.Run("rights", s.rights)
	t.Run("not ready", s.notReady)
	t.Run("not ready while stopping", s.notReadyWhileStopping)
	t.Run("replicas roll under load", s.replicasRoll)
	t.Run("webhook down", s.webhookDown)
	s.dropWebhook(t)
	t.Run("policy for latecomers", s.policyForLatecomers)
	t.Run("policies agree", s.policiesAgree)
}

// helmTemplate renders the chart with the real Helm.
func helmTemplate(t *testing.T, flags ...string) ([]byte, error) {
	t.Helper()
	folder, err := parts.Build(t.Context(), parts.Helm(), os.Stderr)
	if err != nil {
		t.Fatalf("build Helm: %v", err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(filepath.Join(folder, "helm"), append([]string{"template", release, "../../charts/softstop", "--namespace", "softstop"}, flags...)...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("helm template: %w: %s", err, stderr.String())
	}
	return out, nil
}

// renderChart returns the chart's objects.
func renderChart(t *testing.T, flags ...string) []*unstructured.Unstructured {
	t.Helper()
	out, err := helmTemplate(t, append([]string{"--set", "init.image.tag=test"}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	var objects []*unstructured.Unstructured
	documents := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(out), 4096)
	for {
		object := &unstructured.Unstructured{}
		if err := documents.Decode(object); errors.Is(err, io.EOF) {
			return objects
		} else if err != nil {
			t.Fatalf("chart: %v", err)
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

func start(t *testing.T, chart []*unstructured.Unstructured, authorities string) *suite {
	t.Helper()
	env := &envtest.Environment{ControlPlaneStartTimeout: pace.Stretch(time.Minute), ControlPlaneStopTimeout: pace.Stretch(time.Minute)}
	// All that a cluster has: envtest leaves service accounts out.
	env.ControlPlane.GetAPIServer().Configure().Disable("disable-admission-plugins")
	calls := recordCalls(t, env)
	admin, err := env.Start()
	if err != nil {
		t.Fatalf("start API server: %v", err)
	}
	t.Cleanup(func() {
		if err := env.Stop(); err != nil {
			t.Errorf("stop API server: %v", err)
		}
	})
	s := &suite{warnings: &warnings{}, audit: calls, chart: chart}
	s.program = sync.OnceValues(func() (string, error) { return buildProgram(t) })
	admin.WarningHandler = s.warnings
	if s.client, err = client.New(rest.CopyConfig(admin), client.Options{}); err != nil {
		t.Fatal(err)
	}
	packed := rest.CopyConfig(admin)
	packed.ContentType = runtime.ContentTypeProtobuf
	if s.packed, err = client.New(packed, client.Options{}); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	s.address = fmt.Sprintf("localhost:%d", port)
	s.install(t, chart, authorities, port)
	s.waitUntilAllowed(t)
	user, err := env.AddUser(envtest.User{Name: account, Groups: []string{"system:authenticated"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	kubeconfig, err := user.KubeConfig()
	if err != nil {
		t.Fatal(err)
	}
	if s.webhook, err = client.New(user.Config(), client.Options{}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, kubeconfig, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", file)
	s.begin(t, port)
	return s
}

// begin starts the webhook where the API server looks for it, and waits until it is called.
func (s *suite) begin(t *testing.T, port int, flags ...string) {
	t.Helper()
	s.first = s.runReplicaAt(t, port, append([]string{"--stop-reports", "--node-plugins", "--lame-duck=0s", "--log-level=debug"}, flags...)...)
	s.waitUntilCalled(t)
}

// waitUntilAllowed returns when the API server has heard of the chart's rules and to whom they
// belong: what is asked before is refused.
func (s *suite) waitUntilAllowed(t *testing.T) {
	t.Helper()
	for _, asked := range []authorizationv1.ResourceAttributes{
		{Verb: "list", Resource: "namespaces"}, // the ClusterRole's
		{Verb: "get", Resource: "secrets", Namespace: "softstop", Name: "softstop-webhook-tls"},
		{Verb: "list", Resource: "pods", Namespace: "softstop"},
	} {
		eventually(t, "the right to "+asked.Verb+" "+asked.Resource, func(ctx context.Context) (bool, error) {
			review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: account, ResourceAttributes: &asked}}
			err := s.client.Create(ctx, review)
			return review.Status.Allowed, err
		})
	}
}

// install creates the chart's objects, with the webhook on this machine instead of
// behind its Service.
func (s *suite) install(t *testing.T, chart []*unstructured.Unstructured, authorities string, port int) {
	t.Helper()
	ctx := t.Context()
	s.config = filepath.Join(t.TempDir(), "config.yaml")
	s.namespace(t, "softstop", nil)
	for _, object := range chart {
		if object.GetAnnotations()["helm.sh/hook"] != "" { // Helm would create it later
			continue
		}
		switch object.GetKind() {
		case "MutatingWebhookConfiguration":
			entries, _, _ := unstructured.NestedSlice(object.Object, "webhooks")
			for _, entry := range entries {
				entry.(map[string]any)["clientConfig"] = map[string]any{"url": fmt.Sprintf("https://localhost:%d/mutate", port)}
			}
			if err := unstructured.SetNestedSlice(object.Object, entries, "webhooks"); err != nil {
				t.Fatal(err)
			}
		case "ConfigMap":
			text, _, _ := unstructured.NestedString(object.Object, "data", "config.yaml")
			text = strings.Replace(text, "/etc/softstop-ca", authorities, 1) // as if it were mounted
			if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.client.Create(ctx, object); err != nil {
			t.Fatalf("create %s %s: %v", object.GetKind(), object.GetName(), err)
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// waitUntilCalled waits until the API server injects.
func (s *suite) waitUntilCalled(t *testing.T) {
	t.Helper()
	s.namespace(t, "warm", map[string]string{config.InjectKey: config.InjectEnabled})
	await.NoError(t, "the webhook is called", func() error {
		pod := pod("warm", "warm", nil)
		err := s.client.Create(t.Context(), pod, client.DryRunAll)
		if err == nil && pod.Annotations[config.StatusKey] == "" {
			err = fmt.Errorf("left alone, with the warnings %v", s.warnings.take())
		}
		return err
	})
	s.warnings.take()
}

func (s *suite) namespace(t *testing.T, name string, labels map[string]string) {
	t.Helper()
	err := s.client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}})
	if client.IgnoreAlreadyExists(err) != nil {
		t.Fatalf("create namespace %q: %v", name, err)
	}
	// No controller runs here that would make it.
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "default"}, AutomountServiceAccountToken: new(false)}
	if err := s.client.Create(t.Context(), account); client.IgnoreAlreadyExists(err) != nil {
		t.Fatalf("create service account of namespace %q: %v", name, err)
	}
}

func pod(namespace, name string, annotations map[string]string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Annotations: annotations},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Image: "app:1", Command: []string{"/app"}, Ports: []corev1.ContainerPort{{ContainerPort: 80}},
		}}},
	}
}

// reviews returns how many reviews the webhook has answered.
func (s *suite) reviews(t *testing.T) float64 {
	t.Helper()
	return s.metrics(t).Sum(scrape.Requests)
}

// metrics are the webhook's.
func (s *suite) metrics(t *testing.T) scrape.Metrics {
	t.Helper()
	metrics, err := scrape.Get(t.Context(), http.DefaultClient, "http://"+s.first.metrics+"/metrics")
	if err != nil {
		t.Fatal(err)
	}
	return metrics
}
