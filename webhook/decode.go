package webhook

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// decodePod reads the pod of a request. The result is for reading only: fields that
// these types do not know are not in it, so it is never written back.
func decodePod(request admission.Request) (*corev1.Pod, error) {
	var pod corev1.Pod
	if err := json.Unmarshal(request.Object.Raw, &pod); err != nil {
		return nil, fmt.Errorf("decode pod of request %s: %w", request.UID, err)
	}
	if pod.Namespace == "" { // a pod made from a template arrives without
		pod.Namespace = request.Namespace
	}
	return &pod, nil
}
