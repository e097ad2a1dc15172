package webhook

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/softstop/softstop/config"
)

// Status is the value of the softstop.dev/status annotation: what was done to a pod,
// for people and for tools.
type Status struct {
	// Version is the softstop that did it.
	Version string `json:"version"`
	// Carrier is emptyDir or image; empty if no container is wrapped.
	Carrier config.Carrier `json:"carrier,omitempty"`
	// GracePeriodSeconds is the pod's grace period.
	GracePeriodSeconds int64 `json:"gracePeriodSeconds"`
	// Containers are all of the pod's but the carrier's, init containers first.
	Containers []ContainerStatus `json:"containers"`
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
}

// statusOf describes plan.
func statusOf(plan Plan, version string) Status {
	status := Status{Version: version, GracePeriodSeconds: int64(plan.Grace / time.Second)}
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
		status.Containers = append(status.Containers, s)
	}
	return status
}

// same reports whether the annotation value says what s says, whichever version wrote it.
func (s Status) same(annotation string) bool {
	var old Status
	if json.Unmarshal([]byte(annotation), &old) != nil {
		return false
	}
	old.Version = s.Version
	return reflect.DeepEqual(old, s)
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
