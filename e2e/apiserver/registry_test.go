//go:build linux

package apiserver

import (
	"context"
	"crypto/tls"
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

// password opens both registries, wrongPassword none. No log may have them.
const (
	password      = "correct-horse-7f3a"
	wrongPassword = "battery-staple-19c2"
)

// slow is how long the registry thinks about a tag of the repository slow: longer than a
// replica that is asked to stop answers on.
const slow = 300 * time.Millisecond

// startRegistry starts a registry that wants a password and has the image web:1, which
// is also every tag of slow.
func startRegistry(t *testing.T) (host string) {
	t.Helper()
	backend := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, given, _ := r.BasicAuth(); given != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if rest, isSlow := strings.CutPrefix(r.URL.Path, "/v2/slow/"); isSlow {
			if _, tag, _ := strings.Cut(rest, "manifests/"); tag != "" && !strings.HasPrefix(tag, "sha256:") {
				rest = "manifests/1"
				select {
				case <-time.After(slow): //nolint:forbidigo // what makes it slow
				case <-r.Context().Done():
				}
			}
			r.URL.Path = "/v2/web/" + rest
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	push(t, host+"/web:1", http.DefaultTransport.(*http.Transport).Clone())
	return host
}

// push puts the image that looked-up pods run into a registry.
func push(t *testing.T, image string, through *http.Transport) {
	t.Helper()
	made, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: "amd64", Config: v1.Config{
		Entrypoint: []string{"/entry"}, Cmd: []string{"$(hostname)"}, StopSignal: "SIGQUIT",
	}})
	if err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(image)
	if err != nil {
		t.Fatal(err)
	}
	login := remote.WithAuth(&authn.Basic{Username: "user", Password: password})
	var refused error
	eventually(t, "the registry takes an image", func(context.Context) (bool, error) {
		refused = remote.Write(tag, made, remote.WithTransport(through), login)
		return refused == nil, nil
	})
	if refused != nil {
		t.Fatal(refused)
	}
}

// startPrivate starts the registry that most people run, with a certificate that nobody
// knows and the same password.
func startPrivate(t *testing.T) (host, authorities string) {
	t.Helper()
	host, authorities = startDistribution(t, password)
	insecure := http.DefaultTransport.(*http.Transport).Clone()
	insecure.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // the test's own
	push(t, host+"/team/web:1", insecure)
	return host, authorities
}

// pullSecret makes a pull secret for both registries.
func (s *suite) pullSecret(t *testing.T, namespace, name, password string) {
	t.Helper()
	auth := base64.StdEncoding.EncodeToString([]byte("user:" + password))
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Type: corev1.SecretTypeDockerConfigJson,
		StringData: map[string]string{corev1.DockerConfigJsonKey: fmt.Sprintf(`{"auths":{%[1]q:{"auth":%[3]q},%[2]q:{"auth":%[3]q}}}`, s.registry, s.private, auth)},
	}
	if err := s.client.Create(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
}

// lookUp: pods without a command, whose image is in a registry with TLS and a password;
// the webhook reads pull secrets with the chart's rights.
func (s *suite) lookUp(t *testing.T) {
	s.namespace(t, "private", map[string]string{config.InjectKey: config.InjectEnabled})
	s.pullSecret(t, "private", "pull", password)
	s.pullSecret(t, "private", "wrong", wrongPassword)
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "private", Name: "puller"}, ImagePullSecrets: []corev1.LocalObjectReference{{Name: "pull"}}}
	if err := s.client.Create(t.Context(), account); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, secret, account, image, reason string }{
		{"plain HTTP", "pull", "", s.registry + "/web:1", ""},
		{"pull secret", "pull", "", s.private + "/team/web:1", ""},
		{"service account's pull secret", "", "puller", s.private + "/team/web:1", ""},
		{"the pod's own pull secret alone counts", "wrong", "puller", s.private + "/team/web:1", "registry-unauthorized"},
		{"wrong password", "wrong", "", s.private + "/team/web:1", "registry-unauthorized"},
		{"missing secret", "missing", "", s.private + "/team/web:1", "registry-unauthorized"},
		{"no secret", "", "", s.private + "/team/web:1", "registry-unauthorized"},
		{"no such image", "pull", "", s.private + "/team/none:1", "image-not-found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pod("private", "looked-up", nil)
			p.Spec.Containers[0].Image, p.Spec.Containers[0].Command = c.image, nil
			p.Spec.ServiceAccountName = c.account
			p.Spec.AutomountServiceAccountToken = new(false)
			if c.secret != "" {
				p.Spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: c.secret}}
			}
			if err := s.client.Create(t.Context(), p, client.DryRunAll); err != nil {
				t.Fatal(err)
			}
			command := p.Spec.Containers[0].Command
			at := slices.Index(command, "--")
			wrapped := at >= 0 && slices.Equal(command[at:], []string{"--", "/entry", "$$(hostname)"}) && slices.Contains(command, "--stop-signal=SIGQUIT")
			status := p.Annotations[config.StatusKey]
			if wrapped != (c.reason == "") || !strings.Contains(status, c.reason) {
				t.Errorf("command %q, status %s, warnings %v", command, status, s.warnings.take())
			}
		})
	}
}
