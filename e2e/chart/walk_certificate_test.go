//go:build e2e && linux

package chart

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/util/cert"
)

// givenSecret has a certificate that the user has made.
const givenSecret = "given-certificate"

// makeCertificate puts a certificate for the webhook's Service into givenSecret.
func (w *walk) makeCertificate(t *testing.T) {
	t.Helper()
	// What it returns first is the certificate with the authority that signed it.
	chain, key, err := cert.GenerateSelfSignedCertKey(Release+"-webhook."+Namespace+".svc", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	w.authority = filepath.Join(folder, "tls.crt")
	keyFile := filepath.Join(folder, "tls.key")
	for name, data := range map[string][]byte{w.authority: chain, keyFile: key} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.kubectl(t, "", "create", "secret", "tls", givenSecret, "--namespace", Namespace, "--cert", w.authority, "--key", keyFile)
}
