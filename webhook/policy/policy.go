package policy

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// Options are what a policy depends on beside the cluster's configuration.
type Options struct {
	// Name is that of the policies and their bindings.
	Name string
	// Carrier is CarrierImage or CarrierNode: what every node has that pods can land on. Empty
	// takes the configuration's, if it is one of these: a pod whose node cannot mount its image
	// volume does not start, so somebody has to say so.
	Carrier config.Carrier
	// Version is the softstop that the pods' status names.
	Version string
}

// step is one named expression of the policy.
type step struct {
	Name string
	// Why is a comment, one line.
	Why        string
	Expression string
}

//go:embed policy.yaml.tmpl
var document string

// Write returns the policies and their bindings as YAML, headed by what they leave out.
func Write(c config.Config, o Options) (string, error) {
	m, err := newMaker(c, o)
	if err != nil {
		return "", err
	}
	page := template.New("policy").Funcs(template.FuncMap{"indent": indent})
	if page, err = page.Parse(document); err != nil {
		return "", fmt.Errorf("read the policy's template: %w", err)
	}
	var out strings.Builder
	err = page.Execute(&out, map[string]any{
		"Name": o.Name, "Version": o.Version, "Needs": m.needs(), "LeftOut": m.leftOut(), "Constraints": constraints, "Conditions": m.conditions(),
		"Variables": m.variables(), "Mutation": m.mutation(), "LateVariables": lateVariables(), "LateMutation": lateMutation,
	})
	if err != nil {
		return "", fmt.Errorf("write the policy: %w", err)
	}
	return out.String(), nil
}

// constraints say which requests a policy is about, in one line of YAML.
const constraints = `{matchPolicy: Equivalent, ` +
	`namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}]}, ` +
	`resourceRules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE], scope: Namespaced}]}`

// needs is what every node has to have.
func (m *maker) needs() string {
	if m.options.Carrier == config.CarrierNode {
		return "softstop's plugin on every node (node.enabled in the chart)"
	}
	return "image volumes on every node (Kubernetes 1.36, containerd 2.1 or CRI-O 1.31)"
}

func indent(by int, text string) string {
	margin := strings.Repeat(" ", by)
	return margin + strings.ReplaceAll(text, "\n", "\n"+margin)
}

// maker has what the expressions are made of.
type maker struct {
	config  config.Config
	options Options
	carrier *inject.CarrierPlan
	// policies are what holds for a container that no rule is for, and then for those of each rule.
	policies []config.Policy
}

func newMaker(c config.Config, o Options) (*maker, error) {
	m := &maker{config: c, options: o}
	for i := -1; i < len(c.Rules); i++ {
		m.policies = append(m.policies, m.policy(i))
	}
	if o.Carrier == "" {
		m.options.Carrier = m.policies[0].Carrier.Value
	}
	if m.options.Carrier != config.CarrierImage && m.options.Carrier != config.CarrierNode {
		return nil, fmt.Errorf("carrier: %q must be image or node, whichever every node has: a policy sees no nodes, and fits no init container to a pod", m.options.Carrier)
	}
	m.carrier = m.sample()
	return m, nil
}

// policy is what the configuration says about a container for which rule holds; -1 is for none.
func (m *maker) policy(rule int) config.Policy {
	c := m.config
	if c.Rules = nil; rule >= 0 {
		c.Rules = []config.Rule{{Set: m.config.Rules[rule].Set, Labels: labels.Everything()}}
	}
	c.Mode = config.OptOut // who opted in is another question
	policy, _ := c.Resolve(config.Subject{}).For("", "")
	return policy
}

// sample is the carrier that the engine takes for a pod in which no name is taken.
func (m *maker) sample() *inject.CarrierPlan {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app", Command: []string{"/app"}}}}}
	c := config.Default()
	c.InitImage, c.InitPullPolicy = m.config.InitImage, m.config.InitPullPolicy
	c.Defaults.All.Carrier = config.Setting[config.Carrier]{Value: m.options.Carrier, Source: config.SourceConfig}
	nodes := inject.Nodes{SleepAction: true, ImageVolumes: true, Plugins: true}
	plan, _ := inject.Inject(pod, inject.Facts{Config: c, Nodes: nodes, Requested: true})
	return plan.Carrier
}

// hasParts reports whether d is no whole number of seconds.
func hasParts(d time.Duration) bool { return d%time.Second != 0 }

// ceilSeconds are whole seconds, as Kubernetes counts.
func ceilSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
