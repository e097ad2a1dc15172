package webhook

import "reflect"

// reserving makes a value's lists as long as they will be, before the decoder fills them. It would
// grow them as the elements come, and allocate up to five times what they take in the end:
// megabytes of short variables would cost more than a review may.
type reserving struct{ scanner }

// value reserves the lists of the value that comes, of shape t, in v.
func (r *reserving) value(t *shape, v reflect.Value) {
	switch {
	case t.opaque:
		r.skip()
	case t.kind == reflect.Struct:
		r.members(func(key []byte) {
			if of := t.fields[string(key)]; of.shape != nil {
				r.value(of.shape, v.FieldByIndex(of.index))
			} else {
				r.skip()
			}
		})
	case t.kind == reflect.Slice && r.next() == '[':
		r.list(t, v)
	case t.kind == reflect.Pointer && r.next() == '{':
		v.Set(reflect.New(v.Type().Elem()))
		r.value(t.element, v.Elem())
	default:
		r.skip()
	}
}

// list reserves a list and the lists in its elements. It stays empty: the decoder sets its length,
// and decodes each element into what is there.
func (r *reserving) list(t *shape, v reflect.Value) {
	length, counting := 0, r.scanner
	counting.elements(func() {
		length++
		counting.skip()
	})
	v.Set(reflect.MakeSlice(v.Type(), length, length))
	i := 0
	r.elements(func() {
		r.value(t.element, v.Index(i))
		i++
	})
	v.SetLen(0)
}
