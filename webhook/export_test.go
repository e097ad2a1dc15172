package webhook

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// DecodePod decodes a pod as the handler does.
func DecodePod(raw []byte) (*corev1.Pod, error) {
	var d decoder
	request := admission.Request{}
	request.Object = runtime.RawExtension{Raw: raw}
	return d.decode(request)
}
