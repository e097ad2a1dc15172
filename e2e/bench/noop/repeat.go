//go:build linux

package main

import (
	"context"
	"encoding/json"
	"sync"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// repeater gives every pod the patch that softstop would make of the first, without a look at it:
// all that the API server does with a changed pod is in its time, and none of what softstop does.
// It is right for pods that differ in nothing but their names.
type repeater struct {
	once  sync.Once
	patch []byte
	err   error
}

// Handle implements admission.Handler.
func (r *repeater) Handle(_ context.Context, request admission.Request) admission.Response {
	r.once.Do(func() { r.patch, r.err = softstops(request.Object.Raw, request.Namespace) })
	if r.err != nil {
		return admission.Denied(r.err.Error())
	}
	response := admission.Allowed("")
	response.Patch, response.PatchType = r.patch, ptr.To(admissionv1.PatchTypeJSONPatch)
	return response
}

// softstops is softstop's patch for a pod whose namespace has opted in.
func softstops(raw []byte, namespace string) ([]byte, error) {
	var pod corev1.Pod
	if err := json.Unmarshal(raw, &pod); err != nil {
		return nil, err
	}
	pod.Namespace = namespace
	_, operations := inject.Inject(&pod, inject.Facts{
		Config:    config.Default(),
		Namespace: inject.Namespace{Name: namespace, Labels: map[string]string{config.InjectKey: config.InjectEnabled}},
		Nodes:     inject.Nodes{SleepAction: true, Plugins: true, Platforms: []string{"linux/amd64"}},
	})
	return json.Marshal(operations)
}
