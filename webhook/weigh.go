package webhook

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// unread are the fields that no decision looks at and that are large in honest pods, or
// have no bound. They are never decoded. Whoever begins to read one takes it off this list.
func unread() map[reflect.Type][]string {
	return map[reflect.Type][]string{
		reflect.TypeFor[corev1.Pod]():        {"status"},
		reflect.TypeFor[metav1.ObjectMeta](): {"managedFields"},
	}
}

// shape is a Go type as far as it tells what decoding a value of it allocates.
type shape struct {
	kind reflect.Kind
	// size is what a value takes where it stands, in bytes.
	size int
	// fields are a struct's, by their names in JSON. One without a shape is not decoded.
	fields map[string]member
	// element is that of a slice, a map or a pointer.
	element *shape
	// opaque means that the type decodes itself.
	opaque bool
}

// member is a field of a struct.
type member struct {
	*shape
	// index is where the field is, as reflect.Value.FieldByIndex takes it.
	index []int
}

// shapeOf returns t's shape. known holds what has been made.
func shapeOf(t reflect.Type, known map[reflect.Type]*shape) *shape {
	if made := known[t]; made != nil {
		return made
	}
	s := &shape{kind: t.Kind(), size: int(t.Size())}
	known[t] = s
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		s.opaque = true
		return s
	}
	switch t.Kind() { //nolint:exhaustive // the others hold no values of their own
	case reflect.Slice, reflect.Map, reflect.Pointer:
		s.element = shapeOf(t.Elem(), known)
	case reflect.Struct:
		s.fields = map[string]member{}
		s.addFields(t, nil, known)
	}
	return s
}

// addFields adds the fields of t, which is at this index, those of embedded structs as its own.
func (s *shape) addFields(t reflect.Type, at []int, known map[reflect.Type]*shape) {
	for i := range t.NumField() {
		field, index := t.Field(i), append(slices.Clone(at), i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case name == "" && field.Anonymous && field.Type.Kind() == reflect.Struct:
			s.addFields(field.Type, index, known)
		default:
			s.fields[name] = member{shapeOf(field.Type, known), index}
		}
	}
	for _, name := range unread()[t] {
		s.fields[name] = member{}
	}
}

// weighing is how one value is being weighed.
type weighing struct {
	scanner
	// bytes is what decoding what was passed over allocates at most.
	bytes int
	// cut are the places, as pairs of begin and end, of values that are not to be decoded.
	cut []int
	// inMaps counts the maps around the value.
	inMaps  int
	escaped bool
}

const (
	// growing is by how much a map costs more than its entries, and a list in a map more than its
	// elements: they are grown as they come. Other lists are reserved.
	growing = 5
	// entry is what a map's entry costs besides key and value.
	entry = 24
	// small is what Go's allocator makes of the next larger string, and shares among smaller ones.
	small = 16
)

// text is what a string costs that has so many bytes in JSON, without its quotes.
func text(bytes int) int {
	if bytes <= small {
		return min(2*bytes, small)
	}
	return bytes + bytes/8 + small
}

// value weighs the value that comes, which is to be decoded into a value of shape t.
func (w *weighing) value(t *shape) {
	switch {
	case t.opaque:
		from, to := w.skip()
		w.bytes += 4 * (to - from + small)
	case t.kind == reflect.Struct:
		w.members(func(key []byte) { w.field(t, key) })
	case t.kind == reflect.Slice:
		w.elements(func() {
			w.bytes += w.grown() * t.element.size
			w.value(t.element)
		})
	case t.kind == reflect.Map:
		w.inMaps++
		w.members(func(key []byte) {
			w.bytes += text(len(key)) + growing*(entry+t.element.size)
			w.value(t.element)
		})
		w.inMaps--
	case t.kind == reflect.Pointer:
		w.bytes += t.element.size
		w.value(t.element)
	default:
		from, to := w.skip()
		w.bytes += text(to - from - len(`""`))
	}
}

// grown is by how much a list costs more than its elements here.
func (w *weighing) grown() int {
	if w.inMaps > 0 {
		return growing
	}
	return 1
}

// field weighs the value of one field of t.
func (w *weighing) field(t *shape, key []byte) {
	if bytes.IndexByte(key, '\\') >= 0 {
		w.escaped = true
	}
	of, known := t.fields[string(key)]
	if of.shape != nil {
		w.value(of.shape)
		return
	}
	if from, to := w.skip(); known {
		w.cut = append(w.cut, from, to)
	}
}

// rest returns the text that was weighed, with null for what is not to be decoded.
func (w *weighing) rest() []byte {
	if len(w.cut) == 0 {
		return w.text
	}
	kept := make([]byte, 0, len(w.text))
	from := 0
	for i := 0; i < len(w.cut); i += 2 {
		kept = append(append(kept, w.text[from:w.cut[i]]...), "null"...)
		from = w.cut[i+1]
	}
	return append(kept, w.text[from:]...)
}
