package finding_test

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/config"
)

func unknown(*corev1.Container) (config.Image, bool) { return config.Image{}, false }

// foundIn returns what is found in a pod's spec, as LEVEL ID.
func foundIn(t *testing.T, spec string, around finding.Around) (all []string) {
	t.Helper()
	pod := &corev1.Pod{}
	pod.Labels = map[string]string{"app": "web"}
	if err := yaml.UnmarshalStrict([]byte(spec), &pod.Spec); err != nil {
		t.Fatal(err)
	}
	around.Known = unknown
	for _, f := range finding.AsIs(pod, around) {
		all = append(all, string(f.Level)+" "+string(f.ID))
	}
	return all
}

// TestCircumstances holds what around a container changes the verdict.
func TestCircumstances(t *testing.T) {
	const shell = "{name: app, command: [dash, -c, 'prepare; app; true']}"
	for name, c := range map[string]struct {
		spec string
		want []string
	}{
		"nothing around":                    {"containers: [" + shell + "]", []string{"warning shell-as-pid1"}},
		"Windows by node selector":          {"nodeSelector: {kubernetes.io/os: windows}\ncontainers: [" + shell + "]", nil},
		"Windows by os":                     {"os: {name: windows}\ncontainers: [{name: app, command: [app], ports: [{containerPort: 80}]}]", nil},
		"Windows by RuntimeClass":           {"runtimeClassName: windows-2022\ncontainers: [" + shell + "]", nil},
		"Windows by image":                  {"containers: [{name: app, image: 'mcr.microsoft.com/windows/nanoserver:1809', command: [app], ports: [{containerPort: 80}]}]", nil},
		"Windows by program":                {"containers: [{name: app, command: [powershell.exe, -c, serve], ports: [{containerPort: 80}]}]", nil},
		"shared PID namespace":              {"shareProcessNamespace: true\ncontainers: [" + shell + "]", []string{"warning child-cut-short"}},
		"host's PIDs, nothing to lose":      {"hostPID: true\ncontainers: [{name: app, command: [sleep, infinity]}]", nil},
		"a mesh's proxy":                    {"containers: [{name: istio-proxy, image: p, args: [proxy], ports: [{containerPort: 15090}]}]", nil},
		"port for metrics":                  {"containers: [{name: app, command: [/app], ports: [{containerPort: 9090, name: http-metrics}]}]", nil},
		"ports for debugging and probes":    {"containers: [{name: app, command: [/app], ports: [{containerPort: 5005, name: jdwp}, {containerPort: 2, name: healthport}, {containerPort: 3, name: http-prom}]}]", nil},
		"port for streams that are live":    {"containers: [{name: app, command: [/app], ports: [{containerPort: 1935, name: rtmp-live}]}]", []string{"warning no-drain"}},
		"exporter":                          {"containers: [{name: a, image: 'prom/node-exporter:v1', command: [/bin/node_exporter], ports: [{containerPort: 9100}]}]", nil},
		"port for health beside another":    {"containers: [{name: app, command: [/app], ports: [{containerPort: 1, name: healthz}, {containerPort: 2, name: http}]}]", []string{"warning no-drain"}},
		"exec probe alone":                  {"containers: [{name: app, command: [/app], readinessProbe: {exec: {command: [ok]}}}]", nil},
		"probe without a port":              {"containers: [{name: app, command: [/app], readinessProbe: {httpGet: {port: 8081, path: /readyz}}}]", nil},
		"grace of 0":                        {"terminationGracePeriodSeconds: 0\ncontainers: [" + shell + "]", []string{"warning grace-zero"}},
		"hook as long as the grace":         {"containers: [{name: app, command: [/app], lifecycle: {preStop: {sleep: {seconds: 30}}}}]", []string{"warning grace-too-short"}},
		"hook that never ends":              {"containers: [{name: app, command: [/app], lifecycle: {preStop: {exec: {command: [sh, -c, 'while true; do sleep 1; done']}}}}]", []string{"warning hook-never-ends"}},
		"hook that sleeps beyond the grace": {"containers: [{name: app, command: [/app], lifecycle: {preStop: {exec: {command: [sh, -c, 'echo bye && /bin/sleep 20 && /bin/sleep 10']}}}}]", []string{"warning grace-too-short"}},
		"init containers end by themselves": {"initContainers: [" + shell + "]\ncontainers: [{name: a, command: [/a]}]", nil},
		"native sidecars do not":            {"initContainers: [{name: s, restartPolicy: Always, command: [sleep, infinity]}]\ncontainers: [{name: a, command: [/a]}]", []string{"warning no-signal-handler"}},
	} {
		if got := foundIn(t, c.spec, finding.Around{}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestServices holds that no-drain is a warning where a Service is the proof, and a note where
// Services were read and none is.
func TestServices(t *testing.T) {
	const spec = "containers: [{name: app, command: [/app], ports: [{containerPort: 80, name: http}]}]"
	to := func(label string, target intstr.IntOrString, headless bool) []finding.Service {
		return []finding.Service{{Selector: map[string]string{"app": label}, Targets: []intstr.IntOrString{target}, Headless: headless}}
	}
	for name, c := range map[string]struct {
		services []finding.Service
		job      bool
		want     []string
	}{
		"nobody looked":        {nil, false, []string{"warning no-drain"}},
		"a Job":                {nil, true, nil},
		"by number":            {to("web", intstr.FromInt32(80), false), false, []string{"warning no-drain"}},
		"by name":              {to("web", intstr.FromString("http"), false), false, []string{"warning no-drain"}},
		"another port":         {to("web", intstr.FromInt32(9090), false), false, []string{"note no-drain"}},
		"other pods":           {to("db", intstr.FromInt32(80), false), false, []string{"note no-drain"}},
		"headless":             {to("web", intstr.FromInt32(80), true), false, []string{"note no-drain"}},
		"without any selector": {[]finding.Service{{Targets: []intstr.IntOrString{intstr.FromInt32(80)}}}, false, []string{"note no-drain"}},
	} {
		if got := foundIn(t, spec, finding.Around{Job: c.job, Services: c.services}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestHooksThatStop holds when a preStop hook that stops the program is a finding: where requests
// arrive, and nothing was slept before; and that it is not where softstop's init holds the signal
// back.
func TestHooksThatStop(t *testing.T) {
	const init = "command: [/softstop/softstop-init, --drain=5s, --, nginx]"
	for hook, want := range map[string]struct{ plain, wrapped []string }{
		"[nginx, -s, quit]":                               {[]string{"warning hook-stops-program"}, []string{"warning hook-stops-program"}},
		"[sh, -c, 'nginx -s quit; sleep 60']":             {[]string{"warning hook-stops-program"}, []string{"warning hook-stops-program"}},
		"[sh, -c, 'nginx -s quit; sleep infinity']":       {[]string{"warning hook-stops-program"}, []string{"warning hook-stops-program"}},
		"[sh, -c, 'kill 1']":                              {[]string{"warning hook-stops-program"}, nil},
		"[kill, -QUIT, '1']":                              {[]string{"warning hook-stops-program"}, []string{"warning hook-stops-program"}},
		"[sh, -c, 'sleep 5; nginx -s quit']":              {nil, nil},
		"[sh, -c, 'sleep 5 && kill -TERM 1 && sleep 60']": {nil, nil},
		"[sh, -c, 'sleep 40; nginx -s quit']":             {[]string{"warning grace-too-short"}, []string{"warning grace-too-short"}},
		"[sh, -c, 'nginx -s reload']":                     {nil, nil},
	} {
		const ports = ", ports: [{containerPort: 80}], lifecycle: {preStop: {exec: {command: "
		plain := foundIn(t, "containers: [{name: app, command: [nginx]"+ports+hook+"}}}}]", finding.Around{})
		wrapped := foundIn(t, "containers: [{name: app, "+init+ports+hook+"}}}}]", finding.Around{})
		if !slices.Equal(plain, want.plain) || !slices.Equal(wrapped, want.wrapped) {
			t.Errorf("%s: %q, under the init %q, want %q", hook, plain, wrapped, want)
		}
	}
	if got := foundIn(t, "containers: [{name: app, command: [nginx], lifecycle: {preStop: {exec: {command: [nginx, -s, quit]}}}}]", finding.Around{}); got != nil {
		t.Errorf("nobody sends it requests: %q", got)
	}
}
