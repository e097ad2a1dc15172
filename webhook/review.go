package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	kjson "sigs.k8s.io/json"
)

// Answer answers an AdmissionReview in JSON with one. Only what is no review is an error.
//
// It is controller-runtime's admission.Webhook, but for what a review costs: that reads the body
// into a buffer which it grows, and decodes the whole review, user and managed fields and all. Here
// nothing but the few fields that Handle looks at is decoded, and the pod stays where it is in
// body.
func (h *Handler) Answer(ctx context.Context, body []byte) ([]byte, error) {
	request, kind, err := readReview(body)
	if err != nil {
		return nil, err
	}
	log := ctrl.Log.WithName("admission").WithValues("namespace", short(request.Namespace), "name", short(request.Name), "requestID", short(string(request.UID)))
	response := h.Handle(ctrl.LoggerInto(ctx, log), request)
	if err := response.Complete(request); err != nil {
		return nil, fmt.Errorf("complete the answer: %w", err)
	}
	answer, err := json.Marshal(admissionv1.AdmissionReview{TypeMeta: kind, Response: &response.AdmissionResponse})
	if err != nil { // our own types: cannot happen
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return answer, nil
}

// maxUID is far longer than the UIDs of API servers.
const maxUID = 128

// readReview reads what Handle looks at. The request's object is part of body.
func readReview(body []byte) (admission.Request, metav1.TypeMeta, error) {
	var request admission.Request
	var kind metav1.TypeMeta
	if !json.Valid(body) || !utf8.Valid(body) {
		return request, kind, errors.New("read the review: it is not valid JSON in UTF-8")
	}
	s, found := scanner{text: body}, false
	var failed error
	read := func(key []byte, fields map[string]any) {
		from, end := s.skip()
		if into := fields[string(key)]; into != nil && failed == nil {
			failed = kjson.UnmarshalCaseSensitivePreserveInts(body[from:end], into)
		}
		delete(fields, string(key)) // each is read once
	}
	ofReview := map[string]any{"apiVersion": &kind.APIVersion, "kind": &kind.Kind}
	ofRequest := map[string]any{
		"uid": &request.UID, "kind": &request.Kind, "subResource": &request.SubResource, "name": &request.Name,
		"namespace": &request.Namespace, "operation": &request.Operation, "dryRun": &request.DryRun,
	}
	s.members(func(key []byte) {
		if string(key) != "request" || found {
			read(key, ofReview)
			return
		}
		found = s.next() == '{'
		s.members(func(key []byte) {
			if string(key) == "object" && request.Object.Raw == nil {
				from, end := s.skip()
				request.Object = runtime.RawExtension{Raw: body[from:end]}
				return
			}
			read(key, ofRequest)
		})
	})
	switch {
	case failed != nil:
		return request, kind, fmt.Errorf("read the review: %s", short(failed.Error()))
	case !found || kind.Kind != "AdmissionReview" || kind.APIVersion != admissionv1.SchemeGroupVersion.String():
		return request, kind, fmt.Errorf("read the review: want an AdmissionReview of %s with a request", admissionv1.SchemeGroupVersion)
	case len(request.UID) > maxUID:
		return request, kind, fmt.Errorf("read the review: a UID of %d bytes", len(request.UID))
	}
	return request, kind, nil
}
