//go:build linux

package apiserver

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/client-go/util/cert"

	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/webhook"
)

// notReady: a replica without a good configuration or without a certificate ends, with
// what is wrong in its log. One whose certificate has expired, or that can let nobody in,
// is not ready.
func (s *suite) notReady(t *testing.T) {
	folder := t.TempDir()
	nonsense := filepath.Join(folder, "config.yaml")
	if err := os.WriteFile(nonsense, []byte("mode: [nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	for flag, says := range map[string]string{
		"--config=" + folder + "/missing": "read configuration",
		"--config=" + nonsense:            nonsense,
		"--certificate-folder=" + folder:  "read the serving certificate",
	} {
		r := s.runReplica(t, flag)
		select {
		case err := <-r.ended:
			if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() <= 0 {
				t.Errorf("%s: it ended with %v", flag, err)
			}
		case <-await.Context(t).Done():
			code, checks := r.readiness()
			t.Errorf("%s: it goes on; readiness %d: %s", flag, code, checks)
		}
		if log, err := os.ReadFile(r.log); err != nil || !strings.Contains(string(log), says) {
			t.Errorf("%s: the log does not say %q: %s", flag, says, log)
		}
	}
	certificate, key, err := cert.GenerateSelfSignedCertKeyWithOptions(cert.SelfSignedCertKeyOptions{Host: "localhost", MaxAge: time.Minute}) // from an hour ago
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"tls.crt": certificate, "tls.key": key} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for flag, check := range map[string]string{"--certificate-folder=" + folder: "certificate", "--client-ca=" + folder + "/missing.crt": "clients"} {
		r := s.runReplica(t, flag)
		eventually(t, "all is ready but "+check, func(context.Context) (bool, error) {
			code, checks := r.readiness()
			return code == http.StatusInternalServerError && strings.Contains(checks, "[-]"+check) && strings.Count(checks, "[-]") == 1, nil
		})
		if err := r.stop(t); err != nil {
			t.Errorf("%s: the replica did not end well: %v", flag, err)
		}
	}
}

// notReadyWhileStopping: from SIGTERM on a replica is not ready, and answers on for the lame
// duck time. That it ends afterwards is what replicasRoll sees.
func (s *suite) notReadyWhileStopping(t *testing.T) {
	r := s.startReplica(t, "--lame-duck=24h")
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is not ready", func(context.Context) (bool, error) {
		code, checks := r.readiness()
		return code == http.StatusInternalServerError && strings.Contains(checks, "[-]stopping") && strings.Count(checks, "[-]") == 1, nil
	})
	insecure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} // the test's own
	review := []byte(`{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"last","operation":"UPDATE"}}`)
	response, err := insecure.Post(fmt.Sprintf("https://localhost:%d%s", r.port, webhook.Path), "application/json", bytes.NewReader(review))
	if err != nil {
		t.Fatalf("it does not answer any more: %v", err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK || !response.Close {
		t.Errorf("it answers %s, and close is %t", response.Status, response.Close)
	}
}
