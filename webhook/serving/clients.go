package serving

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
)

// Clients says who may call the webhook. Without it everybody may: the answer to a
// review says nothing that the asker does not know, and changes nothing.
type Clients struct {
	// CAFile has the authorities, in PEM, that sign the clients' certificates. It is read
	// at every new connection, of which an API server makes few.
	CAFile string
	// Names are the common names or DNS names of which a client must have one; empty
	// allows every certificate of the authorities.
	Names []string
}

// Configure makes a server ask for a client's certificate and refuse others.
func (c Clients) Configure(server *tls.Config) {
	server.ClientAuth = tls.RequireAnyClientCert // verified below, against the file as it is then
	server.VerifyConnection = c.verify
}

// Ready is a readiness check: it fails while nobody can be let in because the file of
// authorities cannot be used.
func (c Clients) Ready(*http.Request) error {
	_, err := c.authorities()
	return err
}

func (c Clients) authorities() (*x509.CertPool, error) {
	data, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read the authorities of clients: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("read the authorities of clients: no certificate in %q", c.CAFile)
	}
	return roots, nil
}

func (c Clients) verify(state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 {
		return errors.New("the client shows no certificate")
	}
	roots, err := c.authorities()
	if err != nil {
		return err
	}
	o := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	for _, intermediate := range state.PeerCertificates[1:] {
		o.Intermediates.AddCert(intermediate)
	}
	client := state.PeerCertificates[0]
	if _, err := client.Verify(o); err != nil {
		return fmt.Errorf("verify the client's certificate: %w", err)
	}
	names := append([]string{client.Subject.CommonName}, client.DNSNames...)
	if len(c.Names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(c.Names, name) }) {
		return fmt.Errorf("the client is %q, want one of %q", names, c.Names)
	}
	return nil
}
