package survey

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// Outcomes is what a node's plugin says of the containers that it was to wrap, by the runtime's ids:
// wrapped, or the reason why not.
type Outcomes map[string]string

// nodes asks the nodes' plugins, each once, and only those of nodes that have a pod with the node carrier.
type nodes struct {
	cluster kubernetes.Interface
	// namespace is softstop's; empty if it is not known.
	namespace string
	// plugins are their pods by node, nil until they are asked for.
	plugins map[string]*corev1.Pod
	asked   map[string]answer
}

// answer is a plugin's, or why there is none.
type answer struct {
	outcomes Outcomes
	err      error
}

// patience is how long a plugin may take to answer.
const patience = 10 * time.Second

// of returns what the plugin on a pod's node says; nothing and no error for a pod with another carrier.
func (n *nodes) of(ctx context.Context, pod *corev1.Pod) (Outcomes, error) {
	// What cannot be read was not written by the webhook, and is for nobody's plugin.
	if status, _ := inject.ReadStatus(pod.Annotations[config.StatusKey]); status.Carrier != config.CarrierNode {
		return nil, nil
	}
	name := pod.Spec.NodeName
	if _, asked := n.asked[name]; !asked {
		outcomes, err := n.ask(ctx, name)
		n.asked[name] = answer{outcomes, err}
	}
	return n.asked[name].outcomes, n.asked[name].err
}

// ask asks the plugin on a node, by way of the API server.
func (n *nodes) ask(ctx context.Context, node string) (Outcomes, error) {
	if n.plugins == nil {
		if err := n.find(ctx); err != nil {
			return nil, err
		}
	}
	plugin, there := n.plugins[node]
	if !there {
		return nil, fmt.Errorf("node %s has no plugin that is ready", node)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	text, err := n.cluster.CoreV1().Pods(n.namespace).ProxyGet("http", plugin.Name, portOf(plugin), inject.LedgerPath, nil).DoRaw(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask the plugin %s/%s: %w", n.namespace, plugin.Name, err)
	}
	outcomes := Outcomes{}
	if err := json.Unmarshal(text, &outcomes); err != nil {
		return nil, fmt.Errorf("read the answer of the plugin %s/%s: %w", n.namespace, plugin.Name, err)
	}
	return outcomes, nil
}

// find lists the plugins.
func (n *nodes) find(ctx context.Context) error {
	if n.namespace == "" {
		return fmt.Errorf("softstop's namespace is not known")
	}
	ours := labels.Set{inject.PlanLabel: inject.PlanVersion}.String()
	list, err := n.cluster.CoreV1().Pods(n.namespace).List(ctx, metav1.ListOptions{LabelSelector: ours})
	if err != nil {
		return fmt.Errorf("list the nodes' plugins: %w", err)
	}
	n.plugins = map[string]*corev1.Pod{}
	for i := range list.Items {
		pod := &list.Items[i]
		for _, c := range pod.Status.Conditions {
			if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil {
				n.plugins[pod.Spec.NodeName] = pod
			}
		}
	}
	return nil
}

// portOf is where a plugin listens.
func portOf(plugin *corev1.Pod) string {
	for _, c := range plugin.Spec.Containers {
		for _, port := range c.Ports {
			return strconv.Itoa(int(port.ContainerPort))
		}
	}
	return ""
}

// onNode is what became of a pod that the nodes' plugins were to wrap. problem is why its node's plugin
// could not be asked.
func onNode(pod *corev1.Pod, status inject.Status, outcomes Outcomes, problem error) (State, string) {
	ids := idsOf(pod)
	var missed, why []string
	if told := unwrapped(status); told != "" {
		why = append(why, told)
	}
	for _, c := range status.Containers {
		id := ids[c.Name]
		if c.Action != inject.Wrapped || id == "" { // or it has not been made yet
			continue
		}
		outcome, known := outcomes[id]
		switch reason := inject.Reason(outcome); {
		case problem != nil:
			why = append(why, fmt.Sprintf("whether %s is wrapped is not known: %v", c.Name, problem))
		case !known:
			why = append(why, fmt.Sprintf("whether %s is wrapped is not known to the plugin on node %s", c.Name, pod.Spec.NodeName))
		case outcome == string(inject.Wrapped):
		case reason.Warns():
			missed = append(missed, fmt.Sprintf("%s is not wrapped (%s): %s", c.Name, reason, reason.Sentence()))
		default:
			why = append(why, fmt.Sprintf("%s is not wrapped (%s)", c.Name, reason))
		}
	}
	if len(missed) > 0 {
		return Missed, strings.Join(missed, ", ")
	}
	return Injected, strings.Join(why, ", ")
}

// idsOf are the runtime's ids of a pod's containers, by name.
func idsOf(pod *corev1.Pod) map[string]string {
	ids := map[string]string{}
	for _, statuses := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for _, c := range statuses {
			_, ids[c.Name], _ = strings.Cut(c.ContainerID, "://")
		}
	}
	return ids
}
