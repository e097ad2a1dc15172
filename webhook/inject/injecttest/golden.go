package injecttest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/config/v1alpha1"
	"github.com/softstop/softstop/webhook/inject"
)

// Surroundings are the optional first document of a NAME.in.yaml: what is around the pod.
type Surroundings struct {
	// Kind is Surroundings.
	Kind      string `json:"kind"`
	Namespace struct {
		Name        string            `json:"name"` // shop, if it is empty
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
	} `json:"namespace"`
	OwnerKind string `json:"ownerKind"`
	Nodes     *struct {
		SleepAction  bool     `json:"sleepAction"`
		ImageVolumes bool     `json:"imageVolumes"`
		Plugins      bool     `json:"plugins"`
		Platforms    []string `json:"platforms"`
	} `json:"nodes"`
	// Images are what is found out about images, by container.
	Images map[string]struct {
		config.Image
		Reason inject.Reason `json:"reason"`
	} `json:"images"`
	// Config is the configuration file without its apiVersion and kind.
	Config map[string]any `json:"config"`
}

// ReadGolden reads a NAME.in.yaml: the pod as it is written there, in YAML, and its surroundings.
// A file without surroundings has a namespace that is opted in, and nothing else.
func ReadGolden(file string) (s Surroundings, pod []byte, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return s, nil, err
	}
	before, after, two := bytes.Cut(data, []byte("\n---\n"))
	if !two {
		s.Namespace.Labels = map[string]string{config.InjectKey: config.InjectEnabled}
		return s, data, nil
	}
	if err := yaml.UnmarshalStrict(before, &s); err != nil || s.Kind != "Surroundings" {
		return s, nil, fmt.Errorf("%s: the first document is of kind %q: %w", file, s.Kind, err)
	}
	return s, after, nil
}

// Facts are the surroundings as the engine takes them. Without nodes in the file, every kubelet
// knows preStop.sleep and none has image volumes.
func (s Surroundings) Facts() (inject.Facts, error) {
	settings := maps.Clone(s.Config)
	if settings == nil {
		settings = map[string]any{}
	}
	settings["apiVersion"], settings["kind"] = v1alpha1.APIVersion, v1alpha1.Kind
	data, err := yaml.Marshal(settings)
	if err != nil {
		return inject.Facts{}, err
	}
	c, err := config.Parse(data)
	if err != nil {
		return inject.Facts{}, err
	}
	c.InitImage = "softstop-init:test"
	facts := inject.Facts{
		Config: c, Version: "test", OwnerKind: s.OwnerKind,
		Namespace: inject.Namespace{Name: cmp.Or(s.Namespace.Name, "shop"), Labels: s.Namespace.Labels, Annotations: s.Namespace.Annotations},
		Nodes:     inject.Nodes{SleepAction: true},
		Images:    map[string]inject.ImageAnswer{},
	}
	if s.Nodes != nil {
		facts.Nodes = inject.Nodes{SleepAction: s.Nodes.SleepAction, ImageVolumes: s.Nodes.ImageVolumes, Plugins: s.Nodes.Plugins, Platforms: s.Nodes.Platforms}
	}
	for name, image := range s.Images {
		facts.Images[name] = inject.ImageAnswer{Image: image.Image, Reason: image.Reason}
	}
	return facts, nil
}

// Decode reads a pod from JSON; the test ends if it is none.
func Decode(t *testing.T, raw []byte) *corev1.Pod {
	t.Helper()
	var pod corev1.Pod
	if err := json.Unmarshal(raw, &pod); err != nil {
		t.Fatal(err)
	}
	return &pod
}
