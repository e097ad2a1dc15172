package serving

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
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

func (c Clients) verify(state tls.ConnectionState) error {
	if len(state.PeerCertificates) == 0 {
		return errors.New("the client shows no certificate")
	}
	data, err := os.ReadFile(c.CAFile)
	if err != nil {
		return fmt.Errorf("read the authorities of clients: %w", err)
	}
	o := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	if !o.Roots.AppendCertsFromPEM(data) {
		return fmt.Errorf("read the authorities of clients: no certificate in %q", c.CAFile)
	}
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
