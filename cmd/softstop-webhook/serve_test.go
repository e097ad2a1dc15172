package main

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// TestWithinTheGrace: what the webhook takes to stop fits into the grace period that the
// chart leaves at its default.
func TestWithinTheGrace(t *testing.T) {
	if all := lameDuck + shutdown; all >= corev1.DefaultTerminationGracePeriodSeconds*time.Second {
		t.Errorf("a stop may take %s", all)
	}
}
