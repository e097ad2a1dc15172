//go:build linux

package apiserver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/inject/injecttest"
	"github.com/softstop/softstop/webhook/policy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// policyPrefix begins the names of policies and their namespaces.
const policyPrefix = "policy"

// policyTable says of each golden pod and carrier what the policy makes of it, beside the webhook.
const policyTable = "testdata/policy.txt"

// policiesAgree creates every golden pod, pods of its own and some by chance where the policies of softstop policy hold, with the
// configuration that the pod's file has: it becomes what the engine makes of it, or it stays as it
// was sent and policyTable names the conditions.
func (s *suite) policiesAgree(t *testing.T) {
	none := policyPrefix + "-none"
	s.namespace(t, none, nil)
	var trials []*trial
	inputs, err := filepath.Glob("../../webhook/inject/testdata/*.in.yaml")
	own, _ := filepath.Glob("testdata/policy/*.in.yaml")
	if err != nil || len(inputs) == 0 || len(own) == 0 {
		t.Fatalf("no golden pods: %v", err)
	}
	for _, input := range slices.Concat(inputs, own) {
		trials = append(trials, newTrial(t, input, config.CarrierImage))
	}
	for _, input := range own {
		trials = append(trials, newTrial(t, input, config.CarrierNode))
	}
	r := rand.New(rand.NewPCG(1, 36)) // always the same, so that what was seen once holds
	for range anyPods {
		trials = append(trials, anyTrial(t, r, trials))
	}
	s.bindPolicies(t, trials)
	var table []string
	want := seenBefore(t)
	met := map[string]int{}
	for _, one := range trials {
		verdict := one.verdict(t, s, none)
		if one.name == "" {
			verdict, _, _ = strings.Cut(verdict, ",")
			met[verdict]++
			continue
		}
		key := fmt.Sprintf("%s, %s: ", one.name, one.carrier)
		table = append(table, key+verdict+"\n")
		// Which conditions are false is seen with -update only.
		if was, known := want[key]; known && !strings.HasPrefix(was, verdict) {
			t.Errorf("%s has %s%s; it is %s: see -update", policyTable, key, was, verdict)
		}
	}
	t.Logf("of %d pods by chance: %v", anyPods, met)
	if met["equal"] < anyPods/3 {
		t.Error("too few pods by chance are for the policy: they try nothing")
	}
	if *update {
		if err := os.WriteFile(policyTable, []byte(strings.Join(table, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// seenBefore is what policyTable says, by pod and carrier. A pod that it does not have is tried all the
// same.
func seenBefore(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(policyTable)
	if err != nil {
		t.Fatal(err)
	}
	was := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if pod, verdict, found := strings.Cut(line, ": "); found {
			was[pod+": "] = verdict
		}
	}
	if len(was) == 0 {
		t.Fatalf("%s is empty", policyTable)
	}
	return was
}

// dropWebhook takes the webhook out of the way of what a policy does.
func (s *suite) dropWebhook(t *testing.T) {
	t.Helper()
	webhook := &admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: release}}
	if err := client.IgnoreNotFound(s.client.Delete(t.Context(), webhook)); err != nil {
		t.Fatal(err)
	}
}

// trial is one golden pod under one carrier.
type trial struct {
	name    string
	carrier config.Carrier
	facts   inject.Facts
	pod     *unstructured.Unstructured
	// policies are what softstop policy prints.
	policies string
}

func newTrial(t *testing.T, input string, carrier config.Carrier) *trial {
	t.Helper()
	surroundings, _, err := injecttest.ReadGolden(input)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := surroundings.Facts()
	if err != nil {
		t.Fatal(err)
	}
	one := &trial{name: strings.TrimSuffix(filepath.Base(input), ".in.yaml"), carrier: carrier, facts: facts, pod: readPod(t, input)}
	if one.policies, err = policy.Write(facts.Config, policy.Options{Name: "NAME", Carrier: carrier, Version: facts.Version}); err != nil {
		t.Fatal(err)
	}
	// What a policy knows: no image, and of the nodes what it was told.
	one.facts.Images = nil
	one.facts.Nodes = inject.Nodes{SleepAction: true, ImageVolumes: carrier == config.CarrierImage, Plugins: carrier == config.CarrierNode}
	one.facts.Config.Defaults.All.Carrier = config.Setting[config.Carrier]{Value: carrier, Source: config.SourceConfig}
	if kind := one.facts.OwnerKind; kind != "" && len(one.pod.GetOwnerReferences()) == 0 {
		one.pod.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: "batch/v1", Kind: kind, Name: "owner", UID: "1", Controller: new(true)}})
	}
	return one
}

// anyPods is how many pods by chance are tried besides.
const anyPods = 40

// anyTrial is a pod by chance, under the configuration and the carrier of one of trials.
func anyTrial(t *testing.T, r *rand.Rand, trials []*trial) *trial {
	t.Helper()
	one := *trials[r.IntN(len(trials))]
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(plainPod(r))
	if err != nil {
		t.Fatal(err)
	}
	one.name, one.pod = "", &unstructured.Unstructured{Object: object}
	return &one
}

// plainPod is a pod by chance in which there is little that a policy does not understand: its times
// are what is tried.
func plainPod(r *rand.Rand) *corev1.Pod {
	p := pod("", "any", map[string]string{})
	p.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}
	maybe(r, 2, func() { p.Annotations[config.InjectKey] = "true" })
	maybe(r, 3, func() { p.Annotations["softstop.dev/drain"] = pick(r, "0s", "5s", "90s", "2m", "2h") })
	maybe(r, 3, func() { p.Annotations["softstop.dev/stop-timeout"] = pick(r, "1s", "20s", "90s", "23h") })
	maybe(r, 3, func() {
		p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: pick(r, "Job", "ReplicaSet"), Name: "owner", UID: "1", Controller: new(true)}}
	})
	maybe(r, 2, func() { p.Spec.TerminationGracePeriodSeconds = new(pick(r, int64(1), 2, 5, 29, 31, 45, 3600, 7200)) })
	p.Spec.Containers = nil
	for i := range r.IntN(3) {
		c := plainContainer(r, fmt.Sprintf("i%d", i))
		c.ReadinessProbe, c.Lifecycle = nil, nil
		maybe(r, 2, func() { c.RestartPolicy = new(corev1.ContainerRestartPolicyAlways) })
		p.Spec.InitContainers = append(p.Spec.InitContainers, c)
	}
	for i := range 1 + r.IntN(4) {
		p.Spec.Containers = append(p.Spec.Containers, plainContainer(r, fmt.Sprintf("c%d", i)))
	}
	return p
}

func plainContainer(r *rand.Rand, name string) corev1.Container {
	c := corev1.Container{Name: pick(r, name, name, name, name, "istio-proxy-"+name), Image: "app:1"}
	c.Command = pick(r, []string{"/app"}, []string{"/app", "$x"}, nil, []string{"tini", "--", "/app"}, []string{"sh", "-c", "server; true"})
	maybe(r, 2, func() { c.Ports = []corev1.ContainerPort{{ContainerPort: 80}} })
	maybe(r, 4, func() {
		c.ReadinessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(80)}}}
	})
	maybe(r, 3, func() {
		c.Lifecycle = &corev1.Lifecycle{PreStop: pick(r, nil,
			&corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: pick(r, int64(0), 3, 20)}},
			&corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: pick(r, []string{"sleep", "10"}, []string{"/bin/sh", "-c", "sleep 30"})}})}
	})
	return c
}

// bindPolicies creates the policies of trials, each once, with a namespace for each kind of namespace
// in which they hold, and waits until they do.
func (s *suite) bindPolicies(t *testing.T, trials []*trial) {
	t.Helper()
	bound := map[string]string{}
	for _, one := range trials {
		policies, made := bound[one.policies]
		if !made {
			policies = fmt.Sprintf("%s-%d", policyPrefix, len(bound))
			bound[one.policies] = policies
			s.createPolicies(t, one.policies, policies)
		}
		in := &one.facts.Namespace
		if in.Name == metav1.NamespaceSystem {
			s.namespace(t, in.Name, nil) // with the account that pods need
			continue
		}
		key, _ := json.Marshal([]any{policies, in}) // texts: cannot fail
		name, made := bound[string(key)]
		if !made {
			name = fmt.Sprintf("%s-%s-%d", in.Name, policyPrefix, len(bound))
			bound[string(key)] = name
			s.policyNamespace(t, name, *in, map[string]string{"policy": policies})
			if *update {
				s.policyNamespace(t, name+seen, *in, map[string]string{"policy": policies + seen})
			}
		}
		in.Name = name
	}
	s.waitForPolicies(t, policyPrefix+"-last")
}

// waitForPolicies returns when the API server has heard of every policy that was created before.
func (s *suite) waitForPolicies(t *testing.T, name string) {
	t.Helper()
	s.namespace(t, name, map[string]string{"policy": name})
	last := &admissionv1.MutatingAdmissionPolicy{ObjectMeta: metav1.ObjectMeta{Name: name}}
	last.Spec.MatchConstraints = &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: onPods()}}}
	last.Spec.ReinvocationPolicy = admissionv1.NeverReinvocationPolicy
	last.Spec.Mutations = []admissionv1.Mutation{{PatchType: admissionv1.PatchTypeJSONPatch, JSONPatch: &admissionv1.JSONPatch{
		Expression: `[JSONPatch{op: "add", path: "/metadata/labels", value: {"last": "true"}}]`,
	}}}
	s.create(t, last)
	s.create(t, bind(name, name))
	await.NoError(t, "the last of the policies holds", func() error {
		probe := pod(name, "probe", nil)
		err := s.client.Create(t.Context(), probe, client.DryRunAll)
		if err == nil && probe.Labels["last"] == "" {
			err = errors.New("not yet")
		}
		return err
	})
}

// onPods are requests that create pods.
func onPods() admissionv1.RuleWithOperations {
	return admissionv1.RuleWithOperations{
		Operations: []admissionv1.OperationType{admissionv1.Create},
		Rule:       admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
	}
}

// policyNamespace creates a namespace like in.
func (s *suite) policyNamespace(t *testing.T, name string, in inject.Namespace, labels map[string]string) {
	t.Helper()
	maps.Copy(labels, in.Labels)
	s.namespace(t, name, labels)
	if len(in.Annotations) == 0 {
		return
	}
	if err := s.client.Patch(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, annotate(t, in.Annotations)); err != nil {
		t.Fatal(err)
	}
}

func annotate(t *testing.T, annotations map[string]string) client.Patch {
	t.Helper()
	data, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotations}})
	if err != nil {
		t.Fatal(err)
	}
	return client.RawPatch("application/merge-patch+json", data)
}

// An observer holds in namespaces that end in seen, and says in the annotation falseKey which
// conditions of a pod are false. It is there with -update only: it costs as much as the policy.
const (
	seen     = "-seen"
	falseKey = "policy.test/false"
)

// createPolicies creates what softstop policy printed, for namespaces with a label, and beside it an
// observer. The policy for latecomers is the same for everybody, and tried by itself.
func (s *suite) createPolicies(t *testing.T, text, name string) {
	t.Helper()
	for _, object := range policiesOf(t, strings.ReplaceAll(text, "NAME", name)) {
		made, is := object.(*admissionv1.MutatingAdmissionPolicy)
		if !is || made.Name != name {
			continue
		}
		s.create(t, made)
		s.create(t, bind(name, name))
		if *update {
			watching := observer(made)
			s.create(t, watching)
			s.create(t, bind(watching.Name, watching.Name))
		}
	}
}

// policiesOf reads policies and bindings, strictly.
func policiesOf(t *testing.T, text string) (all []client.Object) {
	t.Helper()
	documents := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return all
		}
		var kind metav1.TypeMeta
		if err := errors.Join(err, yaml.Unmarshal(document, &kind)); err != nil {
			t.Fatal(err)
		}
		var object client.Object = &admissionv1.MutatingAdmissionPolicy{}
		if kind.Kind == "MutatingAdmissionPolicyBinding" {
			object = &admissionv1.MutatingAdmissionPolicyBinding{}
		}
		if err := yaml.UnmarshalStrict(document, object); err != nil {
			t.Fatalf("%v:\n%s", err, document)
		}
		all = append(all, object)
	}
}

func (s *suite) create(t *testing.T, object client.Object) {
	t.Helper()
	if err := s.client.Create(t.Context(), object); err != nil {
		t.Fatalf("create %s: %v", object.GetName(), err)
	}
}

// bind binds a policy to namespaces with a label.
func bind(policy, label string) *admissionv1.MutatingAdmissionPolicyBinding {
	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"policy": label}}
	return &admissionv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: policy},
		Spec: admissionv1.MutatingAdmissionPolicyBindingSpec{
			PolicyName: policy, MatchResources: &admissionv1.MatchResources{NamespaceSelector: selector},
		},
	}
}

// observer is a policy with the conditions and variables of p, which says what is false; where
// nothing is, all of p's expressions have a value.
func observer(p *admissionv1.MutatingAdmissionPolicy) *admissionv1.MutatingAdmissionPolicy {
	o := &admissionv1.MutatingAdmissionPolicy{ObjectMeta: metav1.ObjectMeta{Name: p.Name + seen}, Spec: *p.Spec.DeepCopy()}
	o.Spec.MatchConditions = nil
	var names []string
	for i, condition := range p.Spec.MatchConditions {
		variable := fmt.Sprintf("condition%d", i)
		o.Spec.Variables = append(o.Spec.Variables, admissionv1.Variable{Name: variable, Expression: condition.Expression})
		names = append(names, fmt.Sprintf("(variables.%s ? '' : '%s ')", variable, condition.Name))
	}
	o.Spec.Variables = append(o.Spec.Variables, admissionv1.Variable{Name: "unfit", Expression: strings.Join(names, " + ")})
	rest := "variables.wanted ? (variables.able ? '' : 'able') : 'wanted'"
	o.Spec.Mutations[0].JSONPatch.Expression = "[JSONPatch{op: 'add', path: '/metadata/annotations', value: {'" + falseKey + "': variables.unfit != '' ? variables.unfit : " + rest + "}}]"
	return o
}

// verdict says what became of the pod: equal, with what the engine made of it; unchanged by both; or
// left out, and which conditions were false. Anything else is an error.
func (one *trial) verdict(t *testing.T, s *suite, none string) string {
	t.Helper()
	fail := func(format string, args ...any) string {
		t.Errorf("%s, %s, sent as\n%s\n"+format, append([]any{one.name, one.carrier, text(t, one.pod)}, args...)...)
		return "an error"
	}
	sent, err := s.admitted(t, one.pod, none)
	if err != nil {
		return "refused as it is"
	}
	want, err := s.admitted(t, one.injected(t, sent), none)
	if err != nil {
		return fail("what the engine makes of it: %v", err)
	}
	got, err := s.admitted(t, one.pod, one.facts.Namespace.Name)
	if err != nil { // the namespace may have rules of its own
		if _, err := s.admitted(t, optedOut(one.pod), one.facts.Namespace.Name); err != nil {
			return "refused as it is"
		}
	}
	switch {
	case err != nil:
		return fail("the policy makes it invalid: %v", err)
	case reflect.DeepEqual(got, want) && reflect.DeepEqual(got, sent):
		return "unchanged"
	case reflect.DeepEqual(got, want):
		return "equal"
	case !reflect.DeepEqual(got, sent):
		return fail("the policy makes of it\n%s\nthe webhook\n%s", text(t, got), text(t, want))
	}
	if !*update {
		return leftOut
	}
	observed, err := s.admitted(t, one.pod, one.facts.Namespace.Name+seen)
	if err != nil {
		return fail("observe: %v", err)
	}
	said := observed.GetAnnotations()[falseKey]
	if said == "" {
		return fail("no condition is false, and it is unchanged; the webhook makes of it\n%s", text(t, want))
	}
	return leftOut + strings.TrimSpace(said)
}

// leftOut is the beginning of a verdict that names conditions.
const leftOut = "left out, "

// optedOut is pod with an annotation that keeps policies from it.
func optedOut(pod *unstructured.Unstructured) *unstructured.Unstructured {
	out := pod.DeepCopy()
	annotations := map[string]string{}
	maps.Copy(annotations, out.GetAnnotations())
	annotations[config.StatusKey] = "{}"
	out.SetAnnotations(annotations)
	return out
}

// admitted returns what becomes of a pod in a namespace, without what the API server makes anew for
// each.
func (s *suite) admitted(t *testing.T, pod *unstructured.Unstructured, namespace string) (*unstructured.Unstructured, error) {
	t.Helper()
	made := pod.DeepCopy()
	made.SetNamespace(namespace)
	if err := s.client.Create(t.Context(), made, client.DryRunAll); err != nil {
		return nil, err
	}
	for _, field := range []string{"namespace", "uid", "creationTimestamp", "managedFields", "name", "generation"} {
		unstructured.RemoveNestedField(made.Object, "metadata", field)
	}
	delete(made.Object, "status")
	if made.GetGenerateName() == "" {
		made.SetName("pod")
	}
	return made, nil
}

// injected is what the engine makes of a pod.
func (one *trial) injected(t *testing.T, pod *unstructured.Unstructured) *unstructured.Unstructured {
	t.Helper()
	raw, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	_, operations := inject.Inject(injecttest.Decode(t, raw), one.facts)
	encoded, err := json.Marshal(operations)
	if err != nil {
		t.Fatal(err)
	}
	patch, err := jsonpatch.DecodePatch(encoded)
	if err != nil {
		t.Fatal(err)
	}
	if len(operations) > 0 {
		if raw, err = patch.Apply(raw); err != nil {
			t.Fatal(err)
		}
	}
	made := &unstructured.Unstructured{}
	if err := json.Unmarshal(raw, &made.Object); err != nil {
		t.Fatal(err)
	}
	return made
}

func text(t *testing.T, pod *unstructured.Unstructured) string {
	t.Helper()
	data, err := yaml.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// policyForLatecomers: a container that a webhook adds afterwards goes on for as long as the others
// drain.
func (s *suite) policyForLatecomers(t *testing.T) {
	name := policyPrefix + "-latecomers"
	text, err := policy.Write(config.Default(), policy.Options{Name: name, Carrier: config.CarrierImage, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	s.namespace(t, name, map[string]string{"policy": name, config.InjectKey: config.InjectEnabled})
	for _, object := range policiesOf(t, text) {
		if made, is := object.(*admissionv1.MutatingAdmissionPolicyBinding); is {
			object = bind(made.Spec.PolicyName, name)
		}
		s.create(t, object)
	}
	s.waitForPolicies(t, name+"-last")
	defer s.addAgent(t, name)()
	eventually(t, "the webhook that comes later is called", func(ctx context.Context) (bool, error) {
		p := pod(name, "web", nil)
		err := s.client.Create(ctx, p, client.DryRunAll)
		if len(p.Spec.Containers) != 2 {
			return false, err
		}
		for _, c := range p.Spec.Containers {
			if c.Lifecycle == nil || c.Lifecycle.PreStop == nil || c.Lifecycle.PreStop.Sleep == nil || c.Lifecycle.PreStop.Sleep.Seconds != 5 {
				t.Errorf("container %s does not drain: %+v", c.Name, c.Lifecycle)
			}
		}
		return true, err
	})
}
