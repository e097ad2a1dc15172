package manifest

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
)

// What stands beside the pods of a file and says something about them. It is read where somebody
// asks for it: most commands do not.

// Services returns the Services of the file. One that cannot be read is left out: what becomes of a
// pod does not hang on it.
func (f *File) Services() (all []corev1.Service) {
	for _, d := range f.documents {
		if d.Document == nil || d.Empty() || !bytes.Contains(d.JSON(), []byte(`"Service"`)) && !bytes.Contains(d.JSON(), []byte(`"ServiceList"`)) {
			continue
		}
		var object struct {
			Kind  string
			Items []json.RawMessage
		}
		if json.Unmarshal(d.JSON(), &object) != nil {
			continue
		}
		if !strings.HasSuffix(object.Kind, "List") {
			object.Items = []json.RawMessage{d.JSON()}
		}
		for _, item := range object.Items {
			var service corev1.Service
			if json.Unmarshal(item, &service) == nil && (service.Kind == "Service" || service.Kind == "" && object.Kind == "ServiceList") && !grouped(service.APIVersion) {
				all = append(all, service)
			}
		}
	}
	return all
}

// grouped reports whether an API version has a group: Knative's Service is no Service of
// Kubernetes.
func grouped(apiVersion string) bool { return strings.Contains(apiVersion, "/") }

// Ignore returns the value of softstop.dev/ignore on the workload itself; "" if it has none.
func (t Template) Ignore() string {
	if t.document.Document == nil || !bytes.Contains(t.document.JSON(), []byte(config.IgnoreKey)) {
		return ""
	}
	var value any
	if json.Unmarshal(t.document.JSON(), &value) != nil {
		return ""
	}
	object := t.path[:len(t.path)-strings.Count(t.Path, "/")]
	for _, key := range below(object, "metadata", "annotations", config.IgnoreKey) {
		switch holder := value.(type) {
		case map[string]any:
			value = holder[key]
		case []any:
			value = nil
			for i := range holder {
				if key == strconv.Itoa(i) {
					value = holder[i]
				}
			}
		}
	}
	found, _ := value.(string)
	return found
}
