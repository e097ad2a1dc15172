package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/inject/injecttest"
)

// TestExplainAgreesWithTheWebhook runs the webhook's golden pods through the command line
// and compares with what the webhook's own test wrote down: the reason for leaving a pod
// alone, and of every container what is done to it, why, and its times.
func TestExplainAgreesWithTheWebhook(t *testing.T) {
	inputs, err := filepath.Glob("../../webhook/inject/testdata/*.in.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no golden pods: %v", err)
	}
	compared := 0
	for _, input := range inputs {
		t.Run(filepath.Base(input), func(t *testing.T) {
			around, pod, err := injecttest.ReadGolden(input)
			if err != nil {
				t.Fatal(err)
			}
			if around.Nodes != nil && (around.Nodes.ImageVolumes || len(around.Nodes.Platforms) > 0) {
				t.Skip("a file has no nodes, so nobody knows what they have")
			}
			for _, image := range around.Images {
				if image.Reason != "" {
					t.Skip("a file has no registry to refuse it")
				}
			}
			got := explained(t, around, pod)
			want := written(t, strings.TrimSuffix(input, ".in.yaml"), got.Injected)
			if got.Reason != want.Reason {
				t.Errorf("explain says %q, the webhook %q", got.Reason, want.Reason)
			}
			if !got.Injected {
				return
			}
			status := inject.Status{Version: want.Version, Carrier: got.Carrier, GracePeriodSeconds: want.GracePeriodSeconds, GracePeriodBefore: want.GracePeriodBefore, Installer: want.Installer}
			for i, c := range got.Containers {
				s := inject.ContainerStatus{Name: c.Name, Action: c.Action, Reason: c.Reason, Message: c.Message, Drain: c.Drain, StopTimeout: c.StopTimeout}
				if i < len(want.Containers) {
					s.Added = want.Containers[i].Added
				}
				status.Containers = append(status.Containers, s)
			}
			if status.String() != want.String() {
				t.Errorf("explain says\n%s\nthe webhook\n%s", status, want)
			}
			compared++
		})
	}
	if compared < 50 {
		t.Errorf("only %d pods were compared", compared)
	}
}

// explained runs softstop explain on a file with the pod's namespace and the pod.
func explained(t *testing.T, around injecttest.Surroundings, raw []byte) explanation {
	t.Helper()
	var pod map[string]any
	if err := yaml.Unmarshal(raw, &pod); err != nil {
		t.Fatal(err)
	}
	object := pod
	if around.OwnerKind != "" {
		object = map[string]any{"kind": around.OwnerKind, "metadata": map[string]any{"name": "owner"}, "spec": map[string]any{"template": pod}}
	}
	namespace := map[string]any{"kind": "Namespace", "metadata": map[string]any{"name": "shop", "labels": around.Namespace.Labels, "annotations": around.Namespace.Annotations}}
	settings := map[string]any{"apiVersion": "softstop.dev/v1alpha1", "kind": "Config"}
	for key, value := range around.Config {
		settings[key] = value
	}
	images, _ := settings["images"].(map[string]any)
	for name, image := range around.Images {
		if images == nil {
			images = map[string]any{}
		}
		images[imageOf(pod, name)] = map[string]any{"entrypoint": image.Entrypoint, "cmd": image.Cmd, "stopSignal": image.StopSignal}
	}
	if images != nil {
		settings["images"] = images
	}
	folder := t.TempDir()
	args := []string{"explain", "-o", "json", "-n", "shop", "-f", filepath.Join(folder, "input.json"), "--config", filepath.Join(folder, "config.yaml")}
	if around.Nodes != nil && !around.Nodes.SleepAction {
		args = append(args, "--old-kubelets")
	}
	for file, value := range map[string]any{"input.json": map[string]any{"kind": "List", "items": []any{namespace, object}}, "config.yaml": settings} {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	root := command("softstop")
	root.SetArgs(args)
	root.SetOut(&out)
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	var answer []explanation
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil || len(answer) != 1 {
		t.Fatalf("%v: %s", err, out.String())
	}
	return answer[0]
}

func imageOf(pod map[string]any, container string) string {
	spec := pod["spec"].(map[string]any)
	for _, list := range []string{"initContainers", "containers"} {
		containers, _ := spec[list].([]any)
		for _, c := range containers {
			if c := c.(map[string]any); c["name"] == container {
				return c["image"].(string)
			}
		}
	}
	return ""
}

// written is what the webhook's golden test wrote about the pod called name.
func written(t *testing.T, name string, injected bool) inject.Status {
	t.Helper()
	if text, err := os.ReadFile(name + ".reason"); err == nil {
		reason, _, _ := strings.Cut(string(text), "\n")
		return inject.Status{Reason: inject.Reason(reason)}
	}
	text, err := os.ReadFile(name + ".out.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var pod struct {
		Metadata struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
	}
	if err := yaml.Unmarshal(text, &pod); err != nil {
		t.Fatal(err)
	}
	if pod.Metadata.Annotations[config.StatusKey] == "" { // what an earlier pass left was taken out
		return inject.Status{Reason: inject.ReasonNotOptedIn}
	}
	status, err := inject.ReadStatus(pod.Metadata.Annotations[config.StatusKey])
	if err != nil {
		t.Fatal(err)
	}
	if injected != (status.Reason == "") {
		t.Errorf("explain says injected %v, the webhook has reason %q", injected, status.Reason)
	}
	return status
}
