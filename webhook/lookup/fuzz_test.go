package lookup

import (
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/softstop/softstop/config"
)

// FuzzImageOf: no configuration that a registry sends panics, and what is kept of it is
// bounded.
func FuzzImageOf(f *testing.F) {
	for _, seed := range []string{`{}`, `null`, `[]`, `{"config":{"Entrypoint":["/a"],"Cmd":null,"StopSignal":"9"}}`, `{"config":{"Entrypoint":"x"}}`, `{"config":[]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		image, err := imageOf(raw)
		if size := len(strings.Join(image.Entrypoint, "")) + len(strings.Join(image.Cmd, "")); err == nil && size > maxWords {
			t.Errorf("kept %d bytes", size)
		}
	})
}

// FuzzIndex: no index panics, and only images for Linux are taken from it.
func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","platform":{"os":"linux","architecture":"amd64"}},{"platform":null}]}`), "linux/amd64")
	f.Fuzz(func(t *testing.T, raw []byte, platform string) {
		index, err := v1.ParseIndexManifest(strings.NewReader(string(raw)))
		if err != nil {
			return
		}
		for _, c := range landing(children(index), []string{platform}) {
			if !strings.HasPrefix(c.platform, "linux/") {
				t.Errorf("took %q", c.platform)
			}
		}
	})
}

// FuzzReference: no image name, secret or pattern panics; the last credential is always
// to ask without.
func FuzzReference(f *testing.F) {
	f.Add("web:1", []byte(`{"auths":{"docker.io":{"auth":"dTpw"},"https://*.example/v1/":{"username":"u"}}}`))
	f.Add("registry.example:5000/a/b@sha256:"+strings.Repeat("0", 64), []byte(`{"auths":{"[":{},"registry.example:5000/a":{"identitytoken":"t"}}}`))
	finder, err := New(config.Registry{Budget: config.DefaultBudget, TagTTL: config.DefaultTagTTL, Insecure: []string{"web"}}, Around{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, image string, secret []byte) {
		credentials, _ := parseConfig(secret)
		reference, err := finder.parse(image)
		if err != nil {
			return
		}
		matched := matching(credentials, reference.Context())
		if len(matched) == 0 || matched[len(matched)-1] != (credential{}) {
			t.Errorf("%s: %v", image, matched)
		}
		for _, p := range finder.places(reference, credentials) {
			if len(p.credentials) == 0 {
				t.Errorf("%s: nobody asks %s", image, p.image)
			}
		}
	})
}
