//go:build linux

package apiserver

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/serving"
)

// noSecretIsTold: after all that the suite has done, with passwords good and bad, a lost
// Secret and many rotations, no password and no key is in the log, the events or the
// metrics.
func (s *suite) noSecretIsTold(t *testing.T) {
	log := ""
	for _, r := range s.begun {
		written, err := os.ReadFile(r.log)
		if err != nil {
			t.Fatal(err)
		}
		log += string(written)
	}
	for _, want := range []string{"image not found out", "writing the authorities", "answered"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not say %q: it tells nothing of secrets", want)
		}
	}
	var events corev1.EventList
	if err := s.client.List(t.Context(), &events); err != nil {
		t.Fatal(err)
	}
	var secret corev1.Secret
	if err := s.client.Get(t.Context(), client.ObjectKey{Namespace: "softstop", Name: "softstop-webhook-tls"}, &secret); err != nil {
		t.Fatal(err)
	}
	forbidden := []string{"PRIVATE KEY"}
	for _, p := range []string{password, wrongPassword} {
		forbidden = append(forbidden, p, base64.StdEncoding.EncodeToString([]byte("user:"+p)))
	}
	for line := range strings.Lines(string(secret.Data["ca.key"])) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") {
			forbidden = append(forbidden, line)
		}
	}
	for place, text := range map[string]string{"the log": log, "the events": fmt.Sprint(events.Items), "the metrics": fmt.Sprint(s.metrics(t))} {
		for _, secret := range forbidden {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s: …%s…", place, text[max(0, at-200):min(len(text), at+200)])
			}
		}
	}
}

// tooLarge: a review beyond the limit is not read.
func (s *suite) tooLarge(t *testing.T) {
	insecure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} // the test's own
	response, err := insecure.Post("https://"+s.address+webhook.Path, "application/json", bytes.NewReader(make([]byte, serving.MaxReview)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%d bytes are answered with %s", serving.MaxReview, response.Status)
	}
}
