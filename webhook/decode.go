package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	kjson "sigs.k8s.io/json"

	"github.com/softstop/softstop/webhook/inject"
)

// decoder reads pods, none of which costs much more than its own length.
type decoder struct {
	once sync.Once
	pod  *shape
}

// errTooLarge means that no cluster runs such a pod, or that decoding it would cost far more than
// what was sent.
var errTooLarge = errors.New("no cluster runs such a pod")

// decode reads the pod of a request. The result is for reading only: fields that these
// types do not know, or that nobody reads, are not in it, so it is never written back.
func (d *decoder) decode(request admission.Request) (*corev1.Pod, error) {
	d.once.Do(func() { d.pod = shapeOf(reflect.TypeFor[corev1.Pod](), map[reflect.Type]*shape{}) })
	raw := request.Object.Raw
	if !json.Valid(raw) || !utf8.Valid(raw) {
		return nil, fmt.Errorf("decode pod of request %s: it is not valid JSON in UTF-8", short(string(request.UID)))
	}
	w := weighing{scanner: scanner{text: raw}}
	w.value(d.pod)
	switch {
	case w.escaped:
		return nil, fmt.Errorf("decode pod of request %s: a field's name is written with an escape", short(string(request.UID)))
	case w.bytes > spareBytes+perByte*len(raw):
		return nil, errTooLarge
	}
	var pod corev1.Pod
	rest := w.rest()
	reserve := reserving{scanner{text: rest}}
	reserve.value(d.pod, reflect.ValueOf(&pod).Elem())
	// As the API server reads it: the names of fields as they are spelt.
	if err := kjson.UnmarshalCaseSensitivePreserveInts(rest, &pod); err != nil {
		return nil, fmt.Errorf("decode pod of request %s: %w", short(string(request.UID)), err)
	}
	if inject.Beyond(&pod) {
		return nil, errTooLarge
	}
	if pod.Namespace == "" { // a pod made from a template arrives without
		pod.Namespace = request.Namespace
	}
	return &pod, nil
}
