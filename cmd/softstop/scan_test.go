//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/softstop/softstop/cmd/softstop/survey"
	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/pace"
	"github.com/softstop/softstop/webhook/inject"
)

// cluster is a real API server with nothing behind it, and a kubeconfig for it.
type cluster struct {
	client.Client
	kubeconfig string
}

func startCluster(t *testing.T) cluster {
	t.Helper()
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Skip("KUBEBUILDER_ASSETS is not set: make test builds the API server and sets it")
	}
	env := &envtest.Environment{ControlPlaneStartTimeout: pace.Stretch(time.Minute), ControlPlaneStopTimeout: pace.Stretch(time.Minute)}
	admin, err := env.Start()
	if err != nil {
		t.Fatalf("start API server: %v", err)
	}
	t.Cleanup(func() {
		if err := env.Stop(); err != nil {
			t.Errorf("stop API server: %v", err)
		}
	})
	c := cluster{kubeconfig: filepath.Join(t.TempDir(), "kubeconfig")}
	if c.Client, err = client.New(admin, client.Options{}); err != nil {
		t.Fatal(err)
	}
	user, err := env.AddUser(envtest.User{Name: "somebody", Groups: []string{"system:masters"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	kubeconfig, err := user.KubeConfig()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.kubeconfig, kubeconfig, 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c cluster) create(t *testing.T, objects ...client.Object) {
	t.Helper()
	for _, object := range objects {
		if err := c.Create(t.Context(), object); err != nil {
			t.Fatalf("create %T %s: %v", object, object.GetName(), err)
		}
	}
}

// nextSecond returns when the API server's clock, which counts in seconds, is later than
// for all objects so far.
func (c cluster) nextSecond(t *testing.T) {
	t.Helper()
	first := time.Time{}
	for {
		probe := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", GenerateName: "clock-"}}
		c.create(t, probe)
		if now := probe.CreationTimestamp.Time; first.IsZero() {
			first = now
		} else if now.After(first) {
			return
		}
	}
}

// scanned runs softstop scan and returns its workloads by name.
func (c cluster) scanned(t *testing.T, flags ...string) (map[string]survey.Workload, error) {
	t.Helper()
	out, found := c.scan(t, append([]string{"-o", "json"}, flags...)...)
	var answer struct {
		Workloads []survey.Workload `json:"workloads"`
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	workloads := map[string]survey.Workload{}
	for _, w := range answer.Workloads {
		workloads[w.Kind+" "+w.Namespace+"/"+w.Name] = w
	}
	return workloads, found
}

func (c cluster) scan(t *testing.T, flags ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := command("softstop")
	root.SetArgs(append([]string{"scan", "--kubeconfig", c.kubeconfig}, flags...))
	root.SetOut(&out)
	root.SetErr(&out)
	if strings.Contains(strings.Join(flags, " "), "json") {
		root.SetErr(new(bytes.Buffer))
	}
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func runningPod(namespace, name string, words ...string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"app": name}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Image: "app:1", Command: words, Ports: []corev1.ContainerPort{{ContainerPort: 80}},
			Lifecycle: &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 5}}},
		}}},
	}
}

// chartWebhook is the chart's registration, of a webhook that cannot be reached.
func chartWebhook() *admissionregistrationv1.MutatingWebhookConfiguration {
	return &admissionregistrationv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "softstop", Labels: map[string]string{"app.kubernetes.io/name": "softstop"}},
		Webhooks: []admissionregistrationv1.MutatingWebhook{{
			Name:         "namespace.softstop.dev",
			ClientConfig: admissionregistrationv1.WebhookClientConfig{Service: &admissionregistrationv1.ServiceReference{Namespace: "softstop", Name: "softstop-webhook"}},
			Rules: []admissionregistrationv1.RuleWithOperations{{
				Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Create},
				Rule:       admissionregistrationv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
			}},
			NamespaceSelector:       &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "kubernetes.io/metadata.name", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"kube-system"}}}},
			FailurePolicy:           ptr.To(admissionregistrationv1.Ignore),
			SideEffects:             ptr.To(admissionregistrationv1.SideEffectClassNone),
			AdmissionReviewVersions: []string{"v1"},
			TimeoutSeconds:          ptr.To[int32](1),
		}},
	}
}

// TestScan holds what scan says of each fate a pod can have.
func TestScan(t *testing.T) {
	c := startCluster(t)
	namespace := func(name string, labels map[string]string) *corev1.Namespace {
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	}
	enabled := map[string]string{config.InjectKey: config.InjectEnabled}
	c.create(t, namespace("shop", enabled), namespace("plain", nil), namespace("late", nil), namespace("softstop", nil),
		namespace("wrong", map[string]string{config.InjectKey: "on"}))
	c.create(t,
		runningPod("shop", "old", "/app"),
		runningPod("plain", "shell", "dash", "-c", "prepare; app"),
		runningPod("late", "early", "/app"),
		runningPod("wrong", "quiet", "/app"),
	)
	if out, err := c.scan(t, "-A"); !errors.Is(err, errFound) || !strings.Contains(out, "softstop is not installed in this cluster") {
		t.Errorf("without softstop: %v\n%s", err, out)
	}
	c.nextSecond(t)
	c.create(t, chartWebhook(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "softstop", Name: "softstop", Labels: map[string]string{"app.kubernetes.io/name": "softstop"}},
		Data:       map[string]string{"config.yaml": "apiVersion: softstop.dev/v1alpha1\nkind: Config\nlimits: {maxGrace: 1m}\n"},
	})
	c.nextSecond(t)
	late := namespace("late", nil)
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(late), late); err != nil {
		t.Fatal(err)
	}
	between := runningPod("late", "between", "/app")
	c.create(t, between)
	c.nextSecond(t)
	late.Labels[config.InjectKey] = config.InjectEnabled
	if err := c.Update(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	c.nextSecond(t)
	c.createWorkloads(t)

	workloads, err := c.scanned(t, "-A")
	if !errors.Is(err, errFound) {
		t.Errorf("scan ends with %v", err)
	}
	for name, want := range map[string]struct {
		state survey.State
		why   string
	}{
		"Pod shop/old":        {survey.Missed, "created before softstop was installed"},
		"Pod late/between":    {survey.Missed, "created before its namespace opted in"},
		"Pod shop/down":       {survey.Missed, "the webhook could not be reached"},
		"Pod plain/shell":     {survey.Left, "not-opted-in: "},
		"Pod shop/refuses":    {survey.Left, "opted-out: "},
		"Pod shop/seen":       {survey.Left, "grace-zero: "},
		"Deployment shop/web": {survey.Injected, "app is not wrapped (image-not-found)"},
	} {
		if got := workloads[name]; got.State != want.state || !strings.HasPrefix(got.Why, want.why) {
			t.Errorf("%s: %s, %q; want %s, %q…", name, got.State, got.Why, want.state, want.why)
		}
	}
	if web := workloads["Deployment shop/web"]; web.Pods != 2 || web.InState != 2 {
		t.Errorf("the pods of a Deployment are not one workload: %+v", web)
	}
	if shell := workloads["Pod plain/shell"]; !shell.Unwell() || shell.Findings[0].ID != "shell-as-pid1" || !shell.Findings[0].Fixed {
		t.Errorf("a shell as process 1: %+v", shell.Findings)
	}
	for name, says := range map[string]string{
		"Pod wrong/quiet": `namespace label softstop.dev/inject: "on" is ignored: it must be enabled or disabled`,
		"Pod shop/down":   `softstop.dev/drain: "five" is ignored: it must be a duration`,
	} {
		if got := fmt.Sprint(workloads[name].Findings); !strings.Contains(got, "bad-value") || !strings.Contains(got, says) {
			t.Errorf("%s: want %q in %s", name, says, got)
		}
	}
	c.scopes(t)
	c.fewRights(t)
	c.many(t)
}

// fewRights holds that somebody who may read nothing but a namespace is not told that
// softstop is not there.
func (c cluster) fewRights(t *testing.T) {
	t.Helper()
	c.create(t,
		&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "reader"}, Rules: []rbacv1.PolicyRule{
			{APIGroups: []string{"", "apps", "batch"}, Resources: []string{"namespaces", "pods", "replicasets", "jobs"}, Verbs: []string{"get", "list"}},
		}},
		&rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "reader"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "reader"},
			Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: "developer"}},
		})
	// The API server hears of its own rules a moment later.
	for allowed := false; !allowed; {
		review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User: "developer", ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: "shop", Verb: "get", Resource: "namespaces", Name: "shop"},
		}}
		c.create(t, review)
		allowed = review.Status.Allowed
	}
	out, err := c.scan(t, "-n", "shop", "--as", "developer")
	for _, want := range []string{"mutatingwebhookconfigurations", "is forbidden", "going on with built-in values", "Pod shop/down, 1 pod: the webhook has not seen it"} {
		if !errors.Is(err, errFound) || !strings.Contains(out, want) {
			t.Errorf("want %q in: %v\n%s", want, err, out)
		}
	}
	if out, err := c.scan(t, "-n", "plain", "--as", "developer"); err == nil || !strings.Contains(err.Error(), `read namespace "plain": `) {
		t.Errorf("a namespace that may not be read: %v\n%s", err, out)
	}
}

// many holds that a list of several pages is read to its end, and that the progress is
// told on the way.
func (c cluster) many(t *testing.T) {
	t.Helper()
	const pods = 510 // the page has 500
	c.create(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "many"}})
	for i := range pods {
		c.create(t, runningPod("many", fmt.Sprintf("pod-%d", i), "/app"))
	}
	var flags connection
	flags.flags(&cobra.Command{})
	flags.rules.ExplicitPath = c.kubeconfig
	read, _, err := flags.open()
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	progress, done := progressOn(&shown)
	workloads, err := survey.Read(t.Context(), read, survey.Scope{Namespace: "many"}, survey.Install{Config: config.Default()}, progress)
	done()
	if err != nil || len(workloads) != pods {
		t.Errorf("%d workloads, want %d: %v", len(workloads), pods, err)
	}
	if want := "\r\x1b[K200 pods…\r\x1b[K400 pods…\r\x1b[K"; shown.String() != want {
		t.Errorf("progress %q, want %q", shown.String(), want)
	}
}

// createWorkloads creates what the API server lets in although the webhook is down.
func (c cluster) createWorkloads(t *testing.T) {
	t.Helper()
	refuses := runningPod("shop", "refuses", "/app")
	refuses.Annotations = map[string]string{config.InjectKey: "false"}
	seen := runningPod("shop", "seen", "/app")
	seen.Spec.TerminationGracePeriodSeconds = ptr.To[int64](0)
	seen.Spec.Containers[0].Lifecycle = nil
	seen.Annotations = map[string]string{config.StatusKey: inject.Status{Version: "1", Reason: inject.ReasonGraceZero}.String()}
	set := &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-1", OwnerReferences: []metav1.OwnerReference{
			{APIVersion: "apps/v1", Kind: "Deployment", Name: "web", UID: "1", Controller: ptr.To(true)},
		}},
		Spec: appsv1.ReplicaSetSpec{
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}}, Spec: runningPod("", "", "/app").Spec},
		},
	}
	down := runningPod("shop", "down", "/app")
	down.Annotations = map[string]string{"softstop.dev/drain": "five"}
	c.create(t, down, refuses, seen, set)
	status := inject.Status{Version: "1", Containers: []inject.ContainerStatus{{Name: "app", Action: inject.HooksOnly, Reason: inject.ReasonImageNotFound}}}
	for _, name := range []string{"web-1-a", "web-1-b"} {
		pod := runningPod("shop", name, "/app")
		pod.Labels[config.InjectedKey] = "true"
		pod.Annotations = map[string]string{config.StatusKey: status.String()}
		pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web-1", UID: set.UID, Controller: ptr.To(true)}}
		c.create(t, pod)
	}
}

// scopes holds -n, -l, --context, text and the exit codes.
func (c cluster) scopes(t *testing.T) {
	t.Helper()
	if workloads, err := c.scanned(t, "-n", "shop", "-l", "app in (refuses)"); err != nil || len(workloads) != 1 {
		t.Errorf("one fine workload: %v, %v", workloads, err)
	}
	if workloads, err := c.scanned(t); err != nil || len(workloads) != 0 {
		t.Errorf("the context's own namespace, default, has no pods: %v, %v", workloads, err)
	}
	out, _ := c.scan(t, "-A")
	for _, line := range []string{
		"missed    Pod shop/old, 1 pod: created before softstop was installed; restart it\n",
		`          bad-value: namespace label softstop.dev/inject: "on" is ignored: it must be enabled or disabled; correct the value`,
		"          shell-as-pid1: container app: process 1 is dash, which stays",
		"workloads: 1 injected, 4 missed, 4 left; 4 will not stop well\n",
	} {
		if !strings.Contains(out, line) {
			t.Errorf("no line %q in:\n%s", line, out)
		}
	}
	for flags, want := range map[string]string{
		"-l a==b==c":                   `--selector "a==b==c": must be labels`,
		"--context nobody":             `context "nobody" does not exist`,
		"-n nowhere":                   `namespaces "nowhere" not found`,
		"--server https://127.0.0.1:1": "connection refused",
		"-o xml":                       `--output "xml": must be text, json or yaml`,
	} {
		if _, err := c.scan(t, strings.SplitN(flags, " ", 2)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", flags, err)
		}
	}
}
