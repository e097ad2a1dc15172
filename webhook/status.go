package webhook

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/softstop/softstop/config"
)

// Status is the value of the softstop.dev/status annotation: what was done to a pod,
// for people and for tools.
type Status struct {
	// Version is the softstop that did it.
	Version string `json:"version"`
	// Reason and Message say why the whole pod was left alone; empty if it was not.
	Reason  Reason `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
	// Carrier is emptyDir or image; empty if no container is wrapped.
	Carrier config.Carrier `json:"carrier,omitempty"`
	// GracePeriodSeconds is the pod's grace period; 0 if the pod was left alone.
	GracePeriodSeconds int64 `json:"gracePeriodSeconds,omitempty"`
	// GracePeriodBefore is what it was before it was raised, in seconds; 0 if the pod had
	// none, nil if it was not raised.
	GracePeriodBefore *int64 `json:"gracePeriodSecondsBefore,omitempty"`
	// Containers are all of the pod's but the carrier's, init containers first.
	Containers []ContainerStatus `json:"containers,omitempty"`
}

// ContainerStatus is what was done to one container.
type ContainerStatus struct {
	Name   string `json:"name"`
	Action Action `json:"action"`
	// Reason and Message say why the container is not wrapped.
	Reason  Reason `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
	// Drain and StopTimeout are durations such as 5s.
	Drain       string `json:"drain,omitempty"`
	StopTimeout string `json:"stopTimeout,omitempty"`
	// Added are the fields that the container did not have before, which its looks alone
	// do not tell: AddedCommand, AddedPreStop, AddedLifecycle. Undo takes them away.
	Added []string `json:"added,omitempty"`
}

// What Added can hold.
const (
	// AddedCommand is a command that was in the image or an annotation.
	AddedCommand = "command"
	// AddedPreStop is a hook in a lifecycle that was there.
	AddedPreStop = "preStop"
	// AddedLifecycle is a lifecycle that holds nothing but the hook.
	AddedLifecycle = "lifecycle"
)

// statusOf describes plan of pod. What an earlier pass added is taken from the status
// that it left.
func statusOf(pod *corev1.Pod, plan Plan, version string) Status {
	// A status that cannot be read says nothing about earlier passes.
	earlier, _ := ReadStatus(pod.Annotations[config.StatusKey])
	status := Status{Version: version, Reason: plan.Skip, GracePeriodSeconds: int64(plan.Grace / time.Second)}
	if plan.Skip != "" {
		status.Message = plan.Skip.Sentence()
	}
	status.GracePeriodBefore = graceBefore(pod, plan, earlier)
	if plan.Carrier != nil {
		status.Carrier = plan.Carrier.Kind
	}
	for _, c := range plan.Containers {
		s := ContainerStatus{Name: c.Name, Action: c.Action, Reason: c.Reason}
		if c.Reason != "" {
			s.Message = c.Sentence()
		}
		if c.Action != Left && c.Drain > 0 {
			s.Drain = c.Drain.String()
		}
		if c.Action == Wrapped {
			s.StopTimeout = c.StopTimeout.String()
		}
		s.Added = c.added(earlier.container(c.Name).Added)
		status.Containers = append(status.Containers, s)
	}
	return status
}

// graceBefore returns the grace period from before the first pass that raised it.
func graceBefore(pod *corev1.Pod, plan Plan, earlier Status) *int64 {
	now := ptr.Deref(pod.Spec.TerminationGracePeriodSeconds, 0)
	switch {
	case earlier.GracePeriodBefore != nil && earlier.GracePeriodSeconds == now:
		return earlier.GracePeriodBefore
	case plan.Skip == "" && plan.Grace != plan.GraceBefore:
		return &now
	}
	return nil
}

// added returns what this pass and, as earlier has it, those before it gave the container.
func (c *ContainerPlan) added(earlier []string) (added []string) {
	if c.Kept && slices.Contains(earlier, AddedCommand) || c.Action == Wrapped && !c.Kept && len(c.container.Command) == 0 {
		added = append(added, AddedCommand)
	}
	switch has, _ := OwnPreStop(c.container); {
	case c.PreStop != nil && c.container.Lifecycle == nil:
		added = append(added, AddedLifecycle)
	case c.PreStop != nil:
		added = append(added, AddedPreStop)
	case has && slices.Contains(earlier, AddedLifecycle):
		added = append(added, AddedLifecycle)
	case has && slices.Contains(earlier, AddedPreStop):
		added = append(added, AddedPreStop)
	}
	return added
}

// container returns what s says about one container, or nothing.
func (s Status) container(name string) ContainerStatus {
	for _, c := range s.Containers {
		if c.Name == name {
			return c
		}
	}
	return ContainerStatus{}
}

// same reports whether s says what other says, whichever versions wrote them.
func (s Status) same(other Status) bool {
	other.Version = s.Version
	return reflect.DeepEqual(other, s)
}

// ReadStatus reads the softstop.dev/status annotation.
func ReadStatus(annotation string) (Status, error) {
	var status Status
	if err := json.Unmarshal([]byte(annotation), &status); err != nil {
		return Status{}, fmt.Errorf("read annotation %s: %w", config.StatusKey, err)
	}
	return status, nil
}

func (s Status) String() string {
	data, err := json.Marshal(s)
	if err != nil { // strings and numbers only: cannot happen
		return err.Error()
	}
	return string(data)
}
