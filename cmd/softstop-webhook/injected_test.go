package main

import (
	"strings"
	"testing"
)

func TestInjected(t *testing.T) {
	for status, want := range map[string]string{
		"": "came back from the API server without softstop",
		`{"version":"1","reason":"windows","message":"x"}`:                                      `is not wrapped: {"version":"1","reason":"windows"`,
		`{"version":"1","containers":[{"name":"a","action":"hooks-only","reason":"has-init"}]}`: "is not wrapped",
		`{`: "read this pod's status",
	} {
		if said, err := injected(status); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", status, said, err)
		}
	}
	said, err := injected(`{"version":"1","carrier":"emptyDir","gracePeriodSeconds":30,"containers":[` +
		`{"name":"mesh","action":"left","reason":"mesh-sidecar"},{"name":"a","action":"wrapped","drain":"5s","stopTimeout":"23s"}]}`)
	if want := "softstop 1 has wrapped this pod and started it: carrier emptyDir, drain 5s, stop timeout 23s, grace period 30s"; err != nil || said != want {
		t.Errorf("%q, %v", said, err)
	}
}
