// Package fault makes errors for softstop-init without package fmt, which with its
// reflection would make the program a tenth larger. It is not for other programs.
package fault

import "errors"

// New returns an error that says text.
func New(text string) error { return errors.New(text) }

// Wrap returns an error that says text, a colon and what err says, and unwraps to err.
// It returns nil if err is nil.
func Wrap(text string, err error) error {
	if err == nil {
		return nil
	}
	return &wrapped{text, err}
}

type wrapped struct {
	text  string
	cause error
}

func (w *wrapped) Error() string { return w.text + ": " + w.cause.Error() }
func (w *wrapped) Unwrap() error { return w.cause }
