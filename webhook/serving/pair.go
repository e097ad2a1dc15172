package serving

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// The keys of the Secret's data.
const (
	retiredKey  = "ca-retired.crt"
	caCertKey   = "ca.crt"
	caKeyKey    = "ca.key"
	leafCertKey = "tls.crt"
	leafKeyKey  = "tls.key"
)

const (
	caLife   = 10 * 365 * 24 * time.Hour
	leafLife = 90 * 24 * time.Hour
	// leeway tolerates clocks that are behind.
	leeway = 5 * time.Minute
)

// pair is an authority and a leaf signed by it.
type pair struct {
	ca, leaf tls.Certificate
	// retired is the authority before this one, in PEM: other replicas may go on serving
	// its leaf for a moment.
	retired []byte
}

// readPair reads a Secret's data. With an error it returns what could be read: nil, or
// a pair without a leaf.
func readPair(data map[string][]byte) (*pair, error) {
	ca, err := tls.X509KeyPair(data[caCertKey], data[caKeyKey])
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	p := &pair{ca: ca, retired: data[retiredKey]}
	if p.leaf, err = tls.X509KeyPair(data[leafCertKey], data[leafKeyKey]); err != nil {
		return p, fmt.Errorf("read leaf: %w", err)
	}
	return p, nil
}

// bundle is what the API server has to trust.
func (p *pair) bundle() []byte { return slices.Concat(certPEM(p.ca), p.retired) }

// check returns why the pair cannot go on serving names at now, or nil. A certificate
// is stale after two thirds of its life.
func (p *pair) check(names []string, now time.Time) error {
	if stale(p.leaf.Leaf, now) {
		return errors.New("the leaf is due for renewal")
	}
	roots := x509.NewCertPool()
	roots.AddCert(p.ca.Leaf)
	for _, name := range names {
		if _, err := p.leaf.Leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, CurrentTime: now}); err != nil {
			return fmt.Errorf("verify the leaf for %s: %w", name, err)
		}
	}
	return nil
}

func stale(c *x509.Certificate, now time.Time) bool {
	life := c.NotAfter.Sub(c.NotBefore)
	return now.After(c.NotBefore.Add(life * 2 / 3))
}

// renew returns a pair with a fresh leaf for names, and a fresh authority if old has
// none that lasts; old may be nil.
func renew(old *pair, names []string, now time.Time) (*pair, error) {
	p := &pair{}
	if old != nil {
		p.ca, p.retired = old.ca, old.retired
	}
	if old == nil || stale(old.ca.Leaf, now) || now.Before(old.ca.Leaf.NotBefore) {
		if old != nil {
			p.retired = certPEM(old.ca)
		}
		ca, err := issue(nil, &x509.Certificate{
			Subject: pkix.Name{CommonName: "softstop webhook authority"}, NotBefore: now.Add(-leeway), NotAfter: now.Add(caLife),
			IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
		})
		if err != nil {
			return nil, fmt.Errorf("make authority: %w", err)
		}
		p.ca = ca
	}
	leaf, err := issue(&p.ca, &x509.Certificate{
		Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotBefore: now.Add(-leeway), NotAfter: now.Add(leafLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return nil, fmt.Errorf("make leaf: %w", err)
	}
	p.leaf = leaf
	return p, nil
}

// issue makes a key and a certificate for it, signed by ca or by itself.
func issue(ca *tls.Certificate, template *x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return tls.Certificate{}, err
	}
	parent, signer := template, crypto.PrivateKey(key)
	if ca != nil {
		parent, signer = ca.Leaf, ca.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return tls.Certificate{}, err
	}
	parsed, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: parsed}, err
}

// data returns the pair as a Secret's data.
func (p *pair) data() (map[string][]byte, error) {
	data := map[string][]byte{caCertKey: certPEM(p.ca), leafCertKey: certPEM(p.leaf), retiredKey: p.retired}
	for name, c := range map[string]tls.Certificate{caKeyKey: p.ca, leafKeyKey: p.leaf} {
		der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", name, err)
		}
		data[name] = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	return data, nil
}

func certPEM(c tls.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})
}
