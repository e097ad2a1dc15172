//go:build linux

package chart

import (
	"os"
	"strings"
	"testing"
)

// needsNodeParts skips where nothing may be built.
func needsNodeParts(t *testing.T) {
	t.Helper()
	if os.Getenv("KUBEBUILDER_ASSETS") == "" {
		t.Skip("KUBEBUILDER_ASSETS is not set: make test builds Helm and the API server")
	}
}

// TestRefused: a wrong value is answered with its path, what was given and what is allowed.
func TestRefused(t *testing.T) {
	needsNodeParts(t)
	for flag, says := range map[string]string{
		"mode=sometimes":                       `/mode': 'sometimes' does not match pattern '^(optIn|optOut)$'`,
		"image.pullPolicy=Sometimes":           `/image/pullPolicy': 'Sometimes' does not match pattern '^(Always|IfNotPresent|Never)$'`,
		"image.repository=two words":           `/image/repository': 'two words' does not match pattern`,
		"init.image.repository=a/b:1":          `/init/image/repository': 'a/b:1' does not match pattern`,
		"image.tag=a b":                        `/image/tag': 'a b' does not match pattern`,
		"config.defaults.stop-signal=KILL":     `/config/defaults/stop-signal': 'KILL' does not match pattern '^([0-9]+|(SIG)?(HUP|`,
		"config.defaults.ok-exit-codes=300":    `/config/defaults/ok-exit-codes': maximum: got 300, want 255`,
		"config.defaults.containers[0]=":       `/config/defaults/containers/0': minLength: got 0, want 1`,
		"config.defaults.command=/app":         `/config/defaults/command': '/app' does not match pattern`,
		"config.images.a.stopSignal=SIGWHAT":   `/config/images/a/stopSignal': 'SIGWHAT' does not match pattern`,
		"init.image.digest=abc":                `/init/image/digest': 'abc' does not match pattern '^(sha256:[0-9a-f]{64})?$'`,
		"replicas=0":                           `/replicas': minimum: got 0, want 1`,
		"replicas=two":                         `/replicas': got string, want integer`,
		"replicaCount=3":                       `'replicaCount' not allowed`,
		"webhooks.pod.failurePolicy=X":         `/webhooks/pod/failurePolicy': 'X' does not match pattern '^(Ignore|Fail)$'`,
		"webhooks.timeoutSeconds=60":           `/webhooks/timeoutSeconds': maximum: got 60, want 30`,
		"certificates.mode=magic":              `/certificates/mode': 'magic' does not match pattern '^(own|certManager|secret)$'`,
		"certificates.mode=secret":             `/certificates/secret/name': minLength: got 0, want 1`,
		"certificates.certManager.duration=1y": `/certificates/certManager/duration': '1y' does not match pattern`,
		"tls.minVersion=1.1":                   `/tls/minVersion': '1.1' does not match pattern '^1[.][23]$'`,
		"config.defaults.dran=5s":              `/config/defaults': additional properties 'dran' not allowed`,
		"config.defaults.drain=soon":           `/config/defaults/drain': 'soon' does not match pattern '^(0|([0-9]`,
		"config.defaults.carrier=pigeon":       `/config/defaults/carrier': 'pigeon' does not match pattern '^(emptyDir|image|node|auto)$'`,
		"config.limits.maxGrace=long":          `/config/limits/maxGrace': 'long' does not match pattern`,
		"config.registry.deny[0]=private":      `/config/registry/deny/0': 'private' does not match pattern`,
		"config.limits.locked[0]=dran":         `/config/limits/locked/0': 'dran' does not match pattern '^(inject|drain|`,
		"config.registry.cache=1":              `/config/registry': additional properties 'cache' not allowed`,
		"config.rules[0].match.namespace=x":    `/config/rules/0/match': additional properties 'namespace' not allowed`,
		"logLevel=loud":                        `/logLevel': 'loud' does not match pattern '^(debug|info|error)$'`,
		"ports.webhook=0":                      `/ports/webhook': minimum: got 0, want 1`,
		"hostNetwork=maybe":                    `/hostNetwork': got string, want boolean`,
		"networkPolicy.registryPorts[0]=https": `/networkPolicy/registryPorts/0': got string, want integer`,
		"metrics.serviceMonitor.interval=soon": `/metrics/serviceMonitor/interval': 'soon' does not match pattern`,
		"podLabels.a.b=c":                      `/podLabels/a': got object, want string`,
		"resources.limit.memory=1Gi":           `/resources': additional properties 'limit' not allowed`,
		"topologySpreadConstraints[0].skew=1":  `/topologySpreadConstraints/0': missing properties`,
	} {
		if _, err := Template(t.Context(), "--set", flag); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("--set %s: want %q in: %v", flag, says, err)
		}
	}
}
