package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/softstop/softstop/webhook/inject"
)

// injected is what helm test runs, in a pod that opts in: status is that pod's own
// softstop.dev/status. It says in a sentence what was done to the pod, or, as an error,
// that its containers are not wrapped.
func injected(status string) (string, error) {
	if status == "" {
		return "", errors.New("this pod opted in, but came back from the API server without softstop: " +
			"look at the webhook's pods and their log, and at the API server's for why it did not call them")
	}
	s, err := inject.ReadStatus(status)
	if err != nil {
		return "", fmt.Errorf("read this pod's status %q: %w", status, err)
	}
	wrapped := slices.IndexFunc(s.Containers, func(c inject.ContainerStatus) bool { return c.Action == inject.Wrapped })
	if wrapped < 0 {
		return "", fmt.Errorf("this pod opted in, but is not wrapped: %s", status)
	}
	c := s.Containers[wrapped]
	return fmt.Sprintf("softstop %s has wrapped this pod and started it: carrier %s, drain %s, stop timeout %s, grace period %ds",
		s.Version, s.Carrier, cmp.Or(c.Drain, "0s"), c.StopTimeout, s.GracePeriodSeconds), nil
}
