package lookup

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// canned is a registry of one image.
type canned struct {
	mediaType        string
	manifest, config []byte
	more             http.Header
	panics           bool
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.panics {
		panic("nobody has thought of this")
	}
	response := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r}
	maps.Copy(response.Header, c.more)
	var body []byte
	switch {
	case strings.Contains(r.URL.Path, "/manifests/"):
		body = c.manifest
		response.Header.Set("Content-Type", c.mediaType)
		response.Header.Set("Docker-Content-Digest", digestOf(body))
	case strings.Contains(r.URL.Path, "/blobs/"):
		body = c.config
	}
	response.ContentLength = int64(len(body))
	if r.Method == http.MethodHead {
		body = nil
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

func digestOf(data []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(data)) }

// FuzzAnswers: whatever a registry says, through the library that reads it: no panic, and
// what is kept is bounded. DIGEST and SIZE in the manifest are those of the configuration.
func FuzzAnswers(f *testing.F) {
	const oci, docker = "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"
	const configuration = `{"config":{"Entrypoint":["/a"],"Cmd":["b"],"StopSignal":"SIGQUIT"}}`
	honest := `{"schemaVersion":2,"mediaType":"` + oci + `","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":SIZE,"digest":"DIGEST"},"layers":[]}`
	f.Add(oci, []byte(honest), []byte(configuration))
	f.Add(docker, []byte(strings.Replace(honest, oci, docker, 1)), []byte(configuration))
	f.Add(oci, []byte(strings.Replace(honest, "SIZE", "-1", 1)), []byte(configuration))
	f.Add(oci, []byte(strings.Replace(honest, `"DIGEST"`, `"DIGEST","data":"e30="`, 1)), []byte(configuration))
	f.Add(oci, []byte(`{"config":null,"layers":null}`), []byte(`null`))
	f.Add("application/vnd.oci.image.index.v1+json", []byte(`{"manifests":[{"platform":{"os":"linux","architecture":"amd64"},"mediaType":"`+oci+`","digest":"DIGEST"}]}`), []byte(configuration))
	f.Add("application/vnd.docker.distribution.manifest.v1+prettyjws", []byte(`{"schemaVersion":1,"history":[{}]}`), []byte(``))
	f.Add("application/vnd.oci.artifact.manifest.v1+json", []byte(`[]`), []byte(`{}`))
	repository, err := name.NewRepository("registry.example/web")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, mediaType string, text, configuration []byte) {
		text = bytes.ReplaceAll(text, []byte("DIGEST"), []byte(digestOf(configuration)))
		text = bytes.ReplaceAll(text, []byte("SIZE"), []byte(fmt.Sprint(len(configuration))))
		asked := registry{transport: canned{mediaType: mediaType, manifest: text, config: configuration}}
		digest, err := asked.digest(t.Context(), repository.Tag("1"), credential{})
		if err != nil {
			return
		}
		got, err := asked.manifest(t.Context(), repository.Digest(digest.String()), credential{})
		if err != nil {
			if reasonOf(err) == "" {
				t.Errorf("no reason for %v", err)
			}
			return
		}
		if size := len(strings.Join(got.image.Entrypoint, "")) + len(strings.Join(got.image.Cmd, "")); size > maxWords || len(got.children) > maxChildren {
			t.Errorf("kept %d bytes, %d images", size, len(got.children))
		}
	})
}

// TestHonestAnswer: what the first seed is like is an image, or FuzzAnswers would try nothing.
func TestHonestAnswer(t *testing.T) {
	configuration := []byte(`{"config":{"Entrypoint":["/a"]}}`)
	manifest := fmt.Appendf(nil, `{"schemaVersion":2,"config":{"size":%d,"digest":%q},"layers":[]}`, len(configuration), digestOf(configuration))
	asked := registry{transport: canned{mediaType: "application/vnd.oci.image.manifest.v1+json", manifest: manifest, config: configuration}}
	digest, err := name.NewDigest("registry.example/web@" + digestOf(manifest))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := asked.manifest(t.Context(), digest, credential{}); err != nil || len(got.image.Entrypoint) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestPanic: a mistake in reading answers costs one pod its command, not the process.
func TestPanic(t *testing.T) {
	finder, err := New(config.Registry{Budget: config.DefaultBudget}, Around{})
	if err != nil {
		t.Fatal(err)
	}
	finder.registry.transport = canned{panics: true}
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "registry.example/web:1"}}}}
	if got := finder.Ask(t.Context(), pod, []string{"app"}, nil)["app"]; got.Reason != inject.ReasonImageInvalid {
		t.Errorf("got %+v", got)
	}
}
