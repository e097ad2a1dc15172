package lookup

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"

	"github.com/softstop/softstop/webhook/inject"
)

const (
	ociManifest = "application/vnd.oci.image.manifest.v1+json"
	ociIndex    = "application/vnd.oci.image.index.v1+json"
)

// asking is a registry behind the outlet that answers are read through.
func asking(c canned) registry {
	return registry{transport: &outlet{base: c, private: func(string) bool { return false }}}
}

// find asks for what a tag means and what it runs, as one question does, which waits so long for
// its turn to read a large answer.
func (r registry) find(t *testing.T, large *slots, patience time.Duration) (manifest, error) {
	t.Helper()
	ctx, end := large.seated(t.Context(), "shop", patience)
	defer end()
	repository, err := name.NewRepository("registry.example/web")
	if err != nil {
		t.Fatal(err)
	}
	digest, err := r.digest(ctx, repository.Tag("1"), credential{})
	if err != nil {
		return manifest{}, err
	}
	return r.manifest(ctx, repository.Digest(digest.String()), credential{})
}

// pointing is a manifest of a configuration, with more behind it.
func pointing(configuration []byte, more string) []byte {
	return fmt.Appendf(nil, `{"schemaVersion":2,"config":{"size":%d,"digest":%q}%s}`, len(configuration), digestOf(configuration), more)
}

// fillUp repeats text up to so many bytes.
func fillUp(text string, bytes int) string { return strings.Repeat(text, bytes/len(text)) }

// TestBombs: what is small on the wire and large in memory is not read: a layer of three bytes
// becomes three hundred, so that a manifest of 4 MiB cost half a gigabyte, with one pod, where a
// replica has 256 MiB.
func TestBombs(t *testing.T) {
	const bytes, most = maxAnswer - 4096, 64 << 20
	plain := []byte(`{"config":{"Entrypoint":["/a"]}}`)
	compressed := http.Header{"Content-Encoding": {"gzip"}}
	for what, c := range map[string]canned{
		"layers":                  {mediaType: ociManifest, manifest: pointing(plain, `,"layers":[`+fillUp(`{},`, bytes)+`{}]`), config: plain},
		"layers with a platform":  {mediaType: ociManifest, manifest: pointing(plain, `,"layers":[`+fillUp(`{"platform":{},"annotations":{"":""}},`, bytes)+`{}]`), config: plain},
		"annotations":             {mediaType: ociManifest, manifest: pointing(plain, `,"annotations":{`+fillUp(`"a":"b",`, bytes)+`"":""}`), config: plain},
		"an index of nothing":     {mediaType: ociIndex, manifest: []byte(`{"manifests":[` + fillUp(`{},`, bytes) + `{}]}`)},
		"lists in lists":          {mediaType: ociManifest, manifest: []byte(fillUp(`[`, bytes))},
		"a list that never ends":  {mediaType: ociManifest, manifest: []byte(`{"layers":[` + fillUp(`{},`, bytes))},
		"empty words":             {mediaType: ociManifest, manifest: pointing([]byte(`{"config":{"Cmd":[`+fillUp(`"",`, bytes)+`""]}}`), ``), config: []byte(`{"config":{"Cmd":[` + fillUp(`"",`, bytes) + `""]}}`)},
		"a configuration in gzip": {mediaType: ociManifest, manifest: pointing([]byte("\x1f\x8b"), ``), config: []byte("\x1f\x8b"), more: compressed},
		"strings that are open":   {mediaType: ociManifest, manifest: []byte(`{"a":"\"` + fillUp(`\",{},`, bytes))},
	} {
		asked := asking(c)
		var err error
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = asked.find(t, newSlots(1, 1), time.Hour)
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > most {
			t.Errorf("%s: a question cost %d MiB", what, spent>>20)
		}
		if reason := reasonOf(err); err == nil || reason != inject.ReasonImageInvalid {
			t.Errorf("%s: %v, %s", what, err, reason)
		}
	}
}

// TestLargeAnswersWait: an honest image with a long configuration, as buildpacks make them, is
// read, but only so many at once; that it had to wait is not its registry's fault. Small ones do
// not wait.
func TestLargeAnswersWait(t *testing.T) {
	long := []byte(`{"config":{"Entrypoint":["/a"],"Labels":{"bill of materials":"` + fillUp(`{\"name\":\"x\",\"of\":[1,2]},`, 1<<20) + `"}}}`)
	short := []byte(`{"config":{"Entrypoint":["/a"]},"history":[` + fillUp(`{"created_by":"RUN a, b and [c]","empty_layer":true},`, 20<<10) + `{}]}`)
	large := newSlots(1, 1)
	for _, configuration := range [][]byte{long, short} {
		asked := asking(canned{mediaType: ociManifest, manifest: pointing(configuration, `,"layers":[`+fillUp(`{"size":1,"digest":"`+digestOf(nil)+`","mediaType":"x"},`, 12<<10)+`{}]`), config: configuration})
		if got, err := asked.find(t, large, time.Hour); err != nil || len(got.image.Entrypoint) != 1 {
			t.Errorf("%d bytes: %+v, %v", len(configuration), got, err)
		}
		leave, err := large.enter(t.Context(), "shop", time.Hour) // somebody of the namespace reads a large one
		if err != nil {
			t.Fatalf("a question that has ended still has its seat: %v", err)
		}
		_, err = asked.find(t, large, time.Millisecond) // in vain, however long
		if waits := len(configuration) > small().bytes; waits != errors.Is(err, errBusy) || waits != (err != nil) {
			t.Errorf("%d bytes, while another is read: %v", len(configuration), err)
		}
		if err != nil && reasonOf(err) != inject.ReasonRegistryUnavailable {
			t.Errorf("who had to wait is answered %s", reasonOf(err))
		}
		leave()
	}
}
