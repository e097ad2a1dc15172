//go:build linux

package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/softstop/softstop/config"
)

// slow is how long the registry thinks about a tag of the repository slow.
const slow = 300 * time.Millisecond

// startRegistry starts a registry that wants a password and has the image web:1, which
// is also every tag of slow.
func startRegistry(t *testing.T) (host string) {
	t.Helper()
	backend := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if rest, isSlow := strings.CutPrefix(r.URL.Path, "/v2/slow/"); isSlow {
			if _, tag, _ := strings.Cut(rest, "manifests/"); tag != "" && !strings.HasPrefix(tag, "sha256:") {
				rest = "manifests/1"
				select {
				case <-time.After(slow):
				case <-r.Context().Done():
				}
			}
			r.URL.Path = "/v2/web/" + rest
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: "amd64", Config: v1.Config{
		Entrypoint: []string{"/entry"}, Cmd: []string{"$(hostname)"}, StopSignal: "SIGQUIT",
	}})
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(host+"/web:1", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(tag, image, remote.WithAuth(&authn.Basic{Username: "user", Password: "secret"})); err != nil {
		t.Fatal(err)
	}
	return host
}

// lookUp: a pod without a command, whose pull secret the webhook may read with the
// chart's rights, and the same pod without the secret.
func (s *suite) lookUp(t *testing.T) {
	s.namespace(t, "private", map[string]string{config.InjectKey: config.InjectEnabled})
	auth := base64.StdEncoding.EncodeToString([]byte("user:secret"))
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "private", Name: "pull"}, Type: corev1.SecretTypeDockerConfigJson,
		StringData: map[string]string{corev1.DockerConfigJsonKey: fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, s.registry, auth)},
	}
	if err := s.client.Create(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	p := pod("private", "with", nil)
	p.Spec.Containers[0].Image, p.Spec.Containers[0].Command = s.registry+"/web:1", nil
	without := p.DeepCopy()
	p.Spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "pull"}}
	if err := s.client.Create(t.Context(), p, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	command := p.Spec.Containers[0].Command
	at := slices.Index(command, "--")
	if at < 0 || !slices.Equal(command[at:], []string{"--", "/entry", "$$(hostname)"}) || !slices.Contains(command, "--stop-signal=SIGQUIT") {
		t.Errorf("with the secret: command %q, warnings %v", command, s.warnings.take())
	}
	if err := s.client.Create(t.Context(), without, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	if got := without.Spec.Containers[0].Command; got != nil || !strings.Contains(without.Annotations[config.StatusKey], "registry-unauthorized") {
		t.Errorf("without the secret: command %q, status %s", got, without.Annotations[config.StatusKey])
	}
}
