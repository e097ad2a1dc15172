package config

import (
	"cmp"

	"github.com/softstop/softstop/config/v1alpha1"
)

// row is one setting, whose values have the type T.
type row[T any] struct {
	name Field
	// perContainer says whether the setting can be made for one container.
	perContainer bool
	// form is how values are written.
	form form[T]
	// preset is the value where nobody sets one.
	preset T
	// unset is what softstop explain shows where nobody sets a value and preset is none; without it
	// the setting is not shown.
	unset string
	// in is the setting's place in a policy.
	in func(*Policy) *Setting[T]
	// example, builtIn and says are the columns of the documentation, in Markdown.
	example, builtIn, says string
}

// setting is a row whatever the type of its values.
type setting interface {
	about() about
	// set parses text as the value of the setting. If the text is not allowed, p stays as it was.
	set(p *Policy, source Source, text string) (ok bool)
	// take copies the value of from, if it has one.
	take(p, from *Policy)
	// start gives p the preset.
	start(p *Policy)
	// written returns the value and its source for people. The text of a value that p does not
	// have is empty.
	written(p *Policy) (text string, source Source)
}

// about is what does not depend on the type of the values.
type about struct {
	name                   Field
	perContainer           bool
	allowed, schema        string
	text                   func(v1alpha1.Value) string
	example, builtIn, says string
}

func (r row[T]) about() about {
	return about{r.name, r.perContainer, r.form.allowed, r.form.schema, r.form.text, r.example, r.builtIn, r.says}
}

func (r row[T]) set(p *Policy, source Source, text string) bool {
	value, ok := r.form.parse(text)
	if ok {
		*r.in(p) = Setting[T]{value, source}
	}
	return ok
}

func (r row[T]) take(p, from *Policy) {
	if value := r.in(from); value.Source != "" {
		*r.in(p) = *value
	}
}

func (r row[T]) start(p *Policy) { *r.in(p) = Setting[T]{r.preset, SourceDefault} }

func (r row[T]) written(p *Policy) (string, Source) {
	value := r.in(p)
	return cmp.Or(r.form.format(value.Value), r.unset), value.Source
}

// find returns the row of f, or nil.
func (f Field) find() setting {
	for _, s := range settings {
		if s.about().name == f {
			return s
		}
	}
	return nil
}

func (f Field) about() about {
	if s := f.find(); s != nil {
		return s.about()
	}
	return about{}
}

// Fields returns the names of all settings in the order of the documentation.
func Fields() []Field {
	var names []Field
	for _, s := range settings {
		names = append(names, s.about().name)
	}
	return names
}

// PerContainer reports whether f can be set for one container with a .CONTAINER suffix.
func (f Field) PerContainer() bool { return f.about().perContainer }

// Allowed says what values f takes, as the end of the sentence "it must be …".
func (f Field) Allowed() string { return f.about().allowed }

// Schema is the JSON schema of f's values in YAML, in one line: configuration file and chart use
// it.
func (f Field) Schema() string { return f.about().schema }

// Documentation returns the columns that describe f, in Markdown: an example or all choices, what
// is built in, and what f says.
func (f Field) Documentation() (example, builtIn, says string) {
	a := f.about()
	return a.example, a.builtIn, a.says
}

// Written is the value of one setting for people.
type Written struct {
	Field  Field
	Text   string
	Source Source
}

// Written returns the values of p in the order of the documentation, without those about which
// there is nothing to say.
func (p Policy) Written() []Written {
	var all []Written
	for _, s := range settings {
		if text, source := s.written(&p); text != "" {
			all = append(all, Written{s.about().name, text, source})
		}
	}
	return all
}
