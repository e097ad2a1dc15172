package serving

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// authority is a certificate that signs leaves.
type authority struct {
	cert *x509.Certificate
	// key is nil if only others have it: then it is trusted and signs nothing here.
	key crypto.Signer
}

const (
	// authorityName is the subject of every authority.
	authorityName = "softstop webhook authority"
	// leeway tolerates clocks that differ; it is added at both ends of a certificate's life.
	leeway = 5 * time.Minute
	// lives is for how many rotation periods a certificate is valid: what should have been
	// replaced after one still serves for two more.
	lives = 3
)

// newAuthority makes an authority that is replaced after period.
func newAuthority(period time.Duration, now time.Time) (authority, error) {
	// A certificate's times are whole seconds. Rounded up, so that it is never older than
	// the others know.
	created := now.Add(time.Second - 1).Truncate(time.Second)
	key, cert, err := issue(nil, &x509.Certificate{
		Subject:   pkix.Name{CommonName: authorityName},
		NotBefore: created.Add(-leeway), NotAfter: created.Add(lives*period + leeway),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	})
	if err != nil {
		return authority{}, fmt.Errorf("make authority: %w", err)
	}
	return authority{cert: cert, key: key}, nil
}

// created is when the authority was made, by the clock of who made it.
func (a authority) created() time.Time { return a.cert.NotBefore.Add(leeway) }

func (a authority) age(now time.Time) time.Duration { return now.Sub(a.created()) }

// usable reports whether the authority is neither expired nor from the future.
func (a authority) usable(now time.Time) bool {
	return !now.Before(a.cert.NotBefore) && now.Before(a.cert.NotAfter.Add(-leeway))
}

// period is how long the authority is the newest: the configured period, or less if the
// authority was made for less.
func (a authority) period(configured time.Duration) time.Duration {
	own := a.cert.NotAfter.Sub(a.cert.NotBefore) - 2*leeway
	return max(MinRotation, min(configured, own/lives))
}

// leaf issues a serving certificate for names. It is valid as long as its authority.
func (a authority) leaf(names []string, now time.Time) (*tls.Certificate, error) {
	key, cert, err := issue(&a, &x509.Certificate{
		Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: now.Add(-leeway), NotAfter: a.cert.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return nil, fmt.Errorf("make leaf for %v: %w", names, err)
	}
	return &tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

// issue makes a key and a certificate for it, signed by parent or by itself.
func issue(parent *authority, template *x509.Certificate) (crypto.Signer, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return nil, nil, err
	}
	if parent == nil {
		parent = &authority{cert: template, key: key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent.cert, key.Public(), parent.key)
	if err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return key, cert, err
}

// The keys of the Secret's data.
const (
	certKey = "ca.crt" // certificates, oldest first
	keyKey  = "ca.key" // their keys
)

// decode reads a Secret's data. What is no authority of softstop's is passed over: it
// will be written without.
func decode(data map[string][]byte) []authority {
	all := trusted(data[certKey])
	for _, der := range blocks(data[keyKey], "PRIVATE KEY") {
		parsed, err := x509.ParsePKCS8PrivateKey(der)
		if err != nil {
			continue
		}
		key, ok := parsed.(*ecdsa.PrivateKey)
		for i := range all {
			if ok && key.PublicKey.Equal(all[i].cert.PublicKey) {
				all[i].key = key
			}
		}
	}
	return all
}

// trusted returns softstop's authorities in a bundle, without their keys.
func trusted(bundle []byte) (all []authority) {
	for _, der := range blocks(bundle, "CERTIFICATE") {
		if cert, err := x509.ParseCertificate(der); err == nil && cert.IsCA && cert.Subject.CommonName == authorityName {
			all = append(all, authority{cert: cert})
		}
	}
	return all
}

// encode writes authorities as a Secret's data.
func encode(all []authority) (map[string][]byte, error) {
	var keys bytes.Buffer
	for _, a := range all {
		if a.key == nil {
			continue
		}
		der, err := x509.MarshalPKCS8PrivateKey(a.key)
		if err != nil {
			return nil, fmt.Errorf("encode the key of an authority: %w", err)
		}
		keys.Write(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	}
	return map[string][]byte{certKey: bundle(all), keyKey: keys.Bytes()}, nil
}

// bundle is what the API server has to trust, in PEM.
func bundle(all []authority) []byte {
	var certs bytes.Buffer
	for _, a := range all {
		certs.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
	}
	return certs.Bytes()
}

// blocks returns the contents of text's PEM blocks of one type.
func blocks(text []byte, kind string) (all [][]byte) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return all
		}
		if block.Type == kind {
			all = append(all, block.Bytes)
		}
	}
}
