package inject

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"reflect"
	"slices"
	"strconv"
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
	// Carrier is emptyDir, image or node; empty if no container is wrapped.
	Carrier config.Carrier `json:"carrier,omitempty"`
	// GracePeriodSeconds is the pod's grace period; 0 if the pod was left alone.
	GracePeriodSeconds int64 `json:"gracePeriodSeconds,omitempty"`
	// GracePeriodBefore is what it was before it was raised, in seconds; 0 if the pod had
	// none, nil if it was not raised.
	GracePeriodBefore *int64 `json:"gracePeriodSecondsBefore,omitempty"`
	// Installer is a sum of the init container that brings the init, as it was asked for:
	// others may have changed it since, as those who add defaults do.
	Installer string `json:"installer,omitempty"`
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
	// Drain is a duration such as 5s, or a range such as 5s..2m0s; StopTimeout is a duration.
	Drain       string `json:"drain,omitempty"`
	StopTimeout string `json:"stopTimeout,omitempty"`
	// Flags are the init's where the node's plugin puts it in front of the command: elsewhere
	// the command has them.
	Flags []string `json:"flags,omitempty"`
	// StopSignal is the pod's own, where there are Flags: the image's does not count then.
	StopSignal string `json:"stopSignal,omitempty"`
	// Added are the fields that the container did not have before, which its looks alone
	// do not tell: AddedPreStop or AddedLifecycle. Undo takes them away.
	Added []string `json:"added,omitempty"`
}

// What Added can hold.
const (
	// AddedPreStop is a hook in a lifecycle that was there.
	AddedPreStop = "preStop"
	// AddedLifecycle is a lifecycle that holds nothing but the hook.
	AddedLifecycle = "lifecycle"
)

// statusOf describes plan.
func statusOf(plan Plan, version string) Status {
	status := Status{Version: version, Reason: plan.Skip, GracePeriodSeconds: int64(plan.Grace / time.Second)}
	if plan.Skip != "" {
		status.Message = plan.Skip.Sentence()
	} else if plan.Grace != plan.GraceBefore {
		status.GracePeriodBefore = ptr.To(ptr.Deref(plan.ours.bare.Spec.TerminationGracePeriodSeconds, 0))
	}
	if plan.Carrier != nil {
		status.Carrier, status.Installer = plan.Carrier.Kind, sum(plan.Carrier.Installer)
	}
	for _, c := range plan.Containers {
		s := ContainerStatus{Name: c.Name, Action: c.Action, Reason: c.Reason}
		if c.Reason != "" {
			s.Message = c.Sentence()
		}
		if c.Action != Left && c.Drain.Max > 0 {
			s.Drain = c.Drain.String()
		}
		if c.Action == Wrapped {
			s.StopTimeout = c.StopTimeout.String()
			s.Flags, s.StopSignal = c.flagsOnNode()
		}
		switch {
		case c.PreStop != nil && c.container.Lifecycle == nil:
			s.Added = []string{AddedLifecycle}
		case c.PreStop != nil:
			s.Added = []string{AddedPreStop}
		}
		status.Containers = append(status.Containers, s)
	}
	return status
}

// sum returns a few letters that stand for installer; none for none.
func sum(installer *corev1.Container) string {
	if installer == nil {
		return ""
	}
	data, err := json.Marshal(installer)
	if err != nil { // our own: cannot happen
		return ""
	}
	sum := fnv.New64a()
	_, _ = sum.Write(data) // never fails
	return strconv.FormatUint(sum.Sum64(), 36)
}

// has reports whether field is among what was added.
func (c ContainerStatus) has(field string) bool { return slices.Contains(c.Added, field) }

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
