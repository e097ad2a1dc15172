package lookup

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/softstop/softstop/config"
)

// errDenied means that an address is on the deny list; errTooLarge that an answer is
// longer than any honest one; errPlain that a registry wants plain HTTP unasked.
var (
	errDenied   = errors.New("softstop may not ask this address")
	errTooLarge = errors.New("the answer is too large")
	errPlain    = errors.New("plain HTTP is not configured for this host")
)

// errPrivate marks what fails at a private address.
var errPrivate = errors.New("at a private address")

// maxAnswer bounds a manifest, an index, a configuration and a token.
const maxAnswer = 4 << 20

// outlet is the only way out of this package: redirects and token realms take it,
// too.
type outlet struct {
	base     http.RoundTripper
	insecure []string
	// private reports whether a failure at this address is told in one word.
	private func(address string) bool
}

// newOutlet returns the outlet for settings. Service addresses of the cluster
// are given as deny.
func newOutlet(settings config.Registry, deny []netip.Prefix) (*outlet, error) {
	trusted, err := authorities(settings.CAPath)
	if err != nil {
		return nil, err
	}
	deny = slices.Concat(builtinDeny(), settings.Deny, deny)
	dialer := &net.Dialer{
		Timeout: settings.Budget,
		// Control sees the address after resolution, so that no name can hide it.
		Control: func(_, address string, _ syscall.RawConn) error {
			return checkAddress(address, deny, settings.Allow)
		},
	}
	return &outlet{
		insecure: settings.Insecure,
		private:  func(address string) bool { return isPrivate(address, settings.Allow) },
		base: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			DisableCompression:     true, // a compressed answer could be much larger than it looks
			TLSHandshakeTimeout:    settings.Budget,
			IdleConnTimeout:        30 * time.Second,
			MaxIdleConns:           100,
			MaxResponseHeaderBytes: 64 << 10,
		},
	}, nil
}

// RoundTrip implements http.RoundTripper.
func (t *outlet) RoundTrip(request *http.Request) (*http.Response, error) {
	listed := slices.Contains(t.insecure, request.URL.Host) // by the administrator
	if request.URL.Scheme != "https" && !listed {
		return nil, fmt.Errorf("ask %s: %w", request.URL.Host, errPlain)
	}
	var private atomic.Bool
	trace := &httptrace.ClientTrace{ConnectStart: func(_, address string) {
		if t.private(address) {
			private.Store(true)
		}
	}}
	response, err := t.base.RoundTrip(request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
	if err != nil && private.Load() && !listed {
		return nil, errors.Join(err, errPrivate)
	}
	if err != nil {
		return nil, err
	}
	if response.ContentLength > maxAnswer {
		response.Body.Close()
		return nil, fmt.Errorf("%s %s: %w", request.Method, request.URL.Redacted(), errTooLarge)
	}
	response.Body = &bounded{ReadCloser: response.Body, ctx: request.Context()}
	return response, nil
}

// isTimeout reports whether err is about time, not about the other side's answer.
func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.As(err, &timeout) && timeout.Timeout()
}
