package lookup

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// words says what went wrong, for the log. What a registry has sent is not repeated: it
// may be the password that it was asked with, or a token, and it may be long. So words
// are made only of what this side knows; other errors get a generic message.
func words(err error) string {
	var refused *transport.Error
	if errors.As(err, &refused) {
		return fmt.Sprintf("it answered %d %s", refused.StatusCode, http.StatusText(refused.StatusCode))
	}
	var dial *net.OpError
	var resolve *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	switch {
	case errors.As(err, &resolve):
		return resolve.Error()
	case errors.As(err, &dial): // with the address, also of one that is denied
		return dial.Error()
	case errors.As(err, &untrusted):
		return untrusted.Error()
	case errors.As(err, &noTLS):
		return "it does not speak TLS"
	}
	for _, known := range []error{
		errDenied, errPlain, errTooLarge, errInvalid, errClosed, errBusy, context.DeadlineExceeded, context.Canceled, io.ErrUnexpectedEOF, io.EOF,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "its answer is not that of a registry"
}
