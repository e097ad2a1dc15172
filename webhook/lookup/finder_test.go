package lookup_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/testr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/lookup"
)

// short is a budget for those who are not answered; whoever is has all the time there is.
const short = 500 * time.Millisecond

// world is a registry with a front that tests can make misbehave.
type world struct {
	testing.TB
	host     string
	requests atomic.Int64
	// front, if set, sees each request first and says whether it answered.
	front atomic.Pointer[func(http.ResponseWriter, *http.Request) bool]
	// closing is closed before the registry's end is waited for
	closing chan struct{}
	// settings of the finders to be made
	settings config.Registry
	secrets  secrets
}

// secrets are the cluster's, by namespace/name.
type secrets map[string]map[string][]byte

func (s secrets) PullSecret(_ context.Context, namespace, name string) (map[string][]byte, error) {
	data, found := s[namespace+"/"+name]
	if !found {
		return nil, errors.New("not found")
	}
	return data, nil
}

func newWorld(t testing.TB) *world { return newWorldAt(t, "127.0.0.1") }

// newWorldAt starts the registry at an address of this machine's.
func newWorldAt(t testing.TB, ip string) *world {
	w := &world{TB: t, secrets: secrets{}, closing: make(chan struct{})}
	backend := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	w.host = serveAt(t, ip, func(rw http.ResponseWriter, r *http.Request) {
		w.requests.Add(1)
		if front := w.front.Load(); front != nil && (*front)(rw, r) {
			return
		}
		backend.ServeHTTP(rw, r)
	})
	t.Cleanup(func() { close(w.closing) })
	w.settings = config.Registry{
		Budget: 24 * time.Hour, Insecure: []string{w.host},
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	return w
}

// serveAt serves at an address of this machine's, and returns it with the port.
func serveAt(t testing.TB, ip string, handler http.HandlerFunc) (host string) {
	t.Helper()
	listener, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: handler}}
	server.Start()
	t.Cleanup(server.Close)
	return listener.Addr().String()
}

// hangs is a front that never answers.
func (w *world) hangs(_ http.ResponseWriter, r *http.Request) bool {
	select {
	case <-r.Context().Done():
	case <-w.closing:
	}
	return true
}

func (w *world) misbehave(front func(http.ResponseWriter, *http.Request) bool) { w.front.Store(&front) }

func (w *world) finder() *lookup.Finder {
	w.Helper()
	f, err := lookup.New(w.settings, lookup.Around{Secrets: w.secrets})
	if err != nil {
		w.Fatal(err)
	}
	return f
}

func image(t testing.TB, c v1.Config, platform string) v1.Image {
	t.Helper()
	os, arch, _ := strings.Cut(platform, "/")
	i, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: os, Architecture: arch, Config: c})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (w *world) tag(path string) name.Tag {
	w.Helper()
	tag, err := name.NewTag(w.host+"/"+path, name.Insecure)
	if err != nil {
		w.Fatal(err)
	}
	return tag
}

func (w *world) push(path string, c v1.Config) {
	w.Helper()
	if err := remote.Write(w.tag(path), image(w.TB, c, "linux/amd64"), remote.WithAuth(authn.Anonymous)); err != nil {
		w.Fatal(err)
	}
}

// pushIndex pushes an index of the images by platform, and an attestation.
func (w *world) pushIndex(path string, images map[string]v1.Config) {
	w.Helper()
	var index v1.ImageIndex = empty.Index
	add := func(platform string, c v1.Config) {
		os, arch, _ := strings.Cut(platform, "/")
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image(w.TB, c, platform), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: os, Architecture: arch}},
		})
	}
	for platform, c := range images {
		add(platform, c)
	}
	add("unknown/unknown", v1.Config{Cmd: []string{"attestation"}})
	add("windows/amd64", v1.Config{Cmd: []string{"app.exe"}})
	if err := remote.WriteIndex(w.tag(path), index, remote.WithAuth(authn.Anonymous)); err != nil {
		w.Fatal(err)
	}
}

// ask asks for one image. Where nobody answers it is the budget that ends this.
func (w *world) ask(f *lookup.Finder, image string, change ...func(*corev1.Pod)) inject.ImageAnswer {
	w.Helper()
	pod := &corev1.Pod{}
	pod.Namespace = "shop"
	pod.Spec.Containers = []corev1.Container{{Name: "app", Image: image}}
	for _, c := range change {
		c(pod)
	}
	ctx := logr.NewContext(w.Context(), testr.NewWithInterface(w.TB, testr.Options{}))
	return f.Ask(ctx, pod, []string{"app"}, []string{"linux/amd64"})["app"]
}

func (w *world) wantReason(got inject.ImageAnswer, want inject.Reason) {
	w.Helper()
	if got.Reason != want {
		w.Errorf("got %+v, want reason %q", got, want)
	}
}

func (w *world) wantCommand(got inject.ImageAnswer, entrypoint ...string) {
	w.Helper()
	if got.Reason != "" || !reflect.DeepEqual(got.Image.Entrypoint, entrypoint) {
		w.Errorf("got %+v, want entrypoint %q", got, entrypoint)
	}
}

func TestImage(t *testing.T) {
	w := newWorld(t)
	w.push("web:1", v1.Config{Entrypoint: []string{"/entry"}, Cmd: []string{"a", "b"}, StopSignal: "SIGQUIT"})
	got := w.ask(w.finder(), w.host+"/web:1")
	want := config.Image{Entrypoint: []string{"/entry"}, Cmd: []string{"a", "b"}, StopSignal: "SIGQUIT"}
	if !reflect.DeepEqual(got, inject.ImageAnswer{Image: want}) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestPlatforms holds hard pods 9, 10 and 11.
func TestPlatforms(t *testing.T) {
	w := newWorld(t)
	same := v1.Config{Entrypoint: []string{"/app"}}
	w.pushIndex("same:1", map[string]v1.Config{"linux/amd64": same, "linux/arm64": same})
	w.pushIndex("arm:1", map[string]v1.Config{"linux/arm64": same})
	w.pushIndex("differs:1", map[string]v1.Config{"linux/amd64": same, "linux/arm64": {Entrypoint: []string{"/arm"}}})
	f := w.finder()
	w.wantCommand(w.ask(f, w.host+"/same:1"), "/app")
	w.wantCommand(w.ask(f, w.host+"/arm:1"), "/app")
	w.wantCommand(w.ask(f, w.host+"/differs:1"), "/app") // only amd64 nodes
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: w.host + "/differs:1"}}}}
	for _, platforms := range [][]string{{"linux/amd64", "linux/arm64"}, nil} {
		w.wantReason(f.Ask(t.Context(), pod, []string{"app"}, platforms)["app"], inject.ReasonPlatformsDiffer)
	}
}

// TestRepushedTag holds hard pod 12, and that a digest is not asked for twice.
func TestRepushedTag(t *testing.T) {
	w := newWorld(t)
	f := w.finder()
	w.push("web:1", v1.Config{Entrypoint: []string{"/old"}})
	w.wantCommand(w.ask(f, w.host+"/web:1"), "/old")
	before := w.requests.Load()
	w.wantCommand(w.ask(f, w.host+"/web:1"), "/old")
	if made := w.requests.Load() - before; made > 2 {
		t.Errorf("%d requests for a digest that is known, want a ping and a HEAD", made)
	}
	w.push("web:1", v1.Config{Entrypoint: []string{"/new"}})
	w.wantCommand(w.ask(f, w.host+"/web:1"), "/new")

	w.settings.TagTTL = time.Hour
	f = w.finder()
	w.wantCommand(w.ask(f, w.host+"/web:1"), "/new")
	before = w.requests.Load()
	w.wantCommand(w.ask(f, w.host+"/web:1"), "/new")
	if made := w.requests.Load() - before; made != 0 {
		t.Errorf("%d requests within the tag TTL", made)
	}
}

// TestPullNever holds hard pod 13.
func TestPullNever(t *testing.T) {
	w := newWorld(t)
	w.wantReason(w.ask(w.finder(), w.host+"/web:1", func(p *corev1.Pod) {
		p.Spec.Containers[0].ImagePullPolicy = corev1.PullNever
	}), inject.ReasonPullNever)
	if n := w.requests.Load(); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// TestMisbehaviour holds hard pod 14 and hostile answers: always a reason, and none of those
// that never end takes more than the budget.
func TestMisbehaviour(t *testing.T) {
	status := func(code int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(code)
			return true
		}
	}
	manifests := func(answer func(http.ResponseWriter, *http.Request)) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/manifests/") || r.Method == http.MethodHead {
				return false
			}
			answer(w, r)
			return true
		}
	}
	for name, c := range map[string]struct {
		front  func(http.ResponseWriter, *http.Request) bool
		reason inject.Reason
	}{
		"429": {status(http.StatusTooManyRequests), inject.ReasonRegistryUnavailable},
		"401": {status(http.StatusUnauthorized), inject.ReasonRegistryUnauthorized},
		"403": {status(http.StatusForbidden), inject.ReasonRegistryUnauthorized},
		"500": {status(http.StatusInternalServerError), inject.ReasonRegistryUnavailable},
		"cut short": {manifests(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "{")
		}), inject.ReasonRegistryUnavailable},
		"another image": {manifests(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
			fmt.Fprint(w, `{"schemaVersion":2}`)
		}), inject.ReasonImageInvalid},
		"endless": {manifests(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		}), inject.ReasonImageInvalid},
		"redirects to the metadata service": {manifests(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://169.254.169.254/latest/", http.StatusTemporaryRedirect)
		}), inject.ReasonRegistryUnavailable}, // the library itself refuses, before our dialer
		"token realm at the metadata service": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("WWW-Authenticate", `Bearer realm="https://169.254.169.254/token",service="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}, inject.ReasonImageInvalid}, // the library itself refuses, before our dialer
		"token realm over plain HTTP": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("WWW-Authenticate", `Bearer realm="http://tokens.example/token",service="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}, inject.ReasonRegistryUntrusted},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.push("web:1", v1.Config{Entrypoint: []string{"/app"}})
			w.misbehave(c.front)
			w.wantReason(w.ask(w.finder(), w.host+"/web:1"), c.reason)
		})
	}
}

// TestHangs: nobody answers, or not to the end, or always elsewhere. The budget ends it.
func TestHangs(t *testing.T) {
	for name, front := range map[string]func(w *world, rw http.ResponseWriter, r *http.Request){
		"at once": func(w *world, rw http.ResponseWriter, r *http.Request) { w.hangs(rw, r) },
		"in the body": func(w *world, rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
			fmt.Fprint(rw, "{")
			rw.(http.Flusher).Flush()
			w.hangs(rw, r)
		},
		"in a circle": func(_ *world, rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, r.URL.Path, http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.push("web:1", v1.Config{Entrypoint: []string{"/app"}})
			w.misbehave(func(rw http.ResponseWriter, r *http.Request) bool {
				asked := strings.Contains(r.URL.Path, "/manifests/") && r.Method != http.MethodHead
				if asked {
					front(w, rw, r)
				}
				return asked
			})
			w.settings.Budget = short
			w.wantReason(w.ask(w.finder(), w.host+"/web:1"), inject.ReasonRegistryUnavailable)
		})
	}
}

// TestDown: nobody listens, or no such host, or no image.
func TestDown(t *testing.T) {
	w := newWorld(t)
	f := w.finder()
	w.wantReason(w.ask(f, w.host+"/missing:1"), inject.ReasonImageNotFound)
	w.wantReason(w.ask(f, "UPPER/case:1"), inject.ReasonBadReference)
	w.wantReason(w.ask(f, "nowhere.invalid/web:1"), inject.ReasonRegistryUnavailable)
	dead := httptest.NewServer(http.NotFoundHandler())
	host := strings.TrimPrefix(dead.URL, "http://")
	dead.Close()
	w.settings.Insecure = append(w.settings.Insecure, host)
	w.wantReason(w.ask(w.finder(), host+"/web:1"), inject.ReasonRegistryUnavailable)
}

// TestDenied holds hard pod 17: no dial at all.
func TestDenied(t *testing.T) {
	w := newWorld(t)
	w.push("web:1", v1.Config{Entrypoint: []string{"/app"}})
	before := w.requests.Load()
	w.settings.Allow = nil
	f := w.finder()
	w.wantReason(w.ask(f, w.host+"/web:1"), inject.ReasonRegistryDenied)
	for _, host := range []string{"169.254.169.254", "[fd00:ec2::254]:443", "[::ffff:169.254.169.254]:443", "[64:ff9b::169.254.169.254]:443", "localhost:1", "0.0.0.0:1"} {
		w.wantReason(w.ask(f, host+"/web:1"), inject.ReasonRegistryDenied)
	}
	service, err := lookup.New(w.settings, lookup.Around{Deny: []netip.Prefix{netip.MustParsePrefix("10.96.0.0/12")}})
	if err != nil {
		t.Fatal(err)
	}
	w.wantReason(w.ask(service, "10.96.0.10/web:1"), inject.ReasonRegistryDenied)
	if made := w.requests.Load() - before; made != 0 {
		t.Errorf("%d requests", made)
	}
}

// TestDeniedOnTheWay: a registry that may be asked sends softstop on, by a name, to an
// address that may not: by redirects and as the place to get tokens. The library, which
// looks at what is written, lets it pass; the dialer does not.
func TestDeniedOnTheWay(t *testing.T) {
	var reached atomic.Int64
	victim := serveAt(t, "127.0.0.1", func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	_, port, _ := strings.Cut(victim, ":")
	there := "http://localhost:" + port + "/secret"
	redirects := func(part string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, part) {
				return false
			}
			http.Redirect(w, r, there, http.StatusTemporaryRedirect)
			return true
		}
	}
	for name, front := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"manifest": redirects("/manifests/"), "configuration": redirects("/blobs/"),
		"token realm": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+there+`",service="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorldAt(t, "127.0.0.2")
			w.push("web:1", v1.Config{Entrypoint: []string{"/app"}})
			w.settings.Insecure = append(w.settings.Insecure, "localhost:"+port)
			w.misbehave(front)
			if w.ask(w.finder(), w.host+"/web:1"); reached.Swap(0) == 0 {
				t.Error("softstop was not sent on: this test tests nothing")
			}
			w.settings.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}
			w.wantReason(w.ask(w.finder(), w.host+"/web:1"), inject.ReasonRegistryDenied)
			if reached.Load() != 0 {
				t.Error("the address was asked")
			}
		})
	}
}

// TestTokens: a registry that wants tokens, as most public ones do, from a server of
// another name that wants the password.
func TestTokens(t *testing.T) {
	w := newWorldAt(t, "127.0.0.2")
	w.push("team/web:1", v1.Config{Entrypoint: []string{"/app"}})
	tokens := serveAt(t, "127.0.0.1", func(rw http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != "secret" || r.FormValue("scope") != "repository:team/web:pull" {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(rw, `{"token":"for a while"}`)
	})
	tokens = strings.Replace(tokens, "127.0.0.1", "localhost", 1)
	w.misbehave(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") == "Bearer for a while" {
			return false
		}
		rw.Header().Set("WWW-Authenticate", `Bearer realm="http://`+tokens+`/token",service="x"`)
		rw.WriteHeader(http.StatusUnauthorized)
		return true
	})
	w.settings.Insecure = append(w.settings.Insecure, tokens)
	w.secrets["shop/right"] = secret(t, map[string]string{w.host + "/team": "secret"})
	w.secrets["shop/wrong"] = secret(t, map[string]string{w.host: "guess"})
	f := w.finder()
	w.wantReason(w.ask(f, w.host+"/team/web:1"), inject.ReasonRegistryUnauthorized)
	w.wantReason(w.ask(f, w.host+"/team/web:1", pullWith("wrong")), inject.ReasonRegistryUnauthorized)
	w.wantCommand(w.ask(f, w.host+"/team/web:1", pullWith("wrong", "right")), "/app")
}

// TestSizes: what is longer than any honest answer is refused, and, where the registry
// says so beforehand, not even fetched.
func TestSizes(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("x", 5<<20)
	w.push("command:1", v1.Config{Entrypoint: []string{"/app"}, Cmd: []string{long[:40<<10]}})
	w.push("configuration:1", v1.Config{Entrypoint: []string{"/app"}, Labels: map[string]string{"long": long}})
	w.push("web:1", v1.Config{Entrypoint: []string{"/app"}})
	many := map[string]v1.Config{}
	for i := range 20 {
		many[fmt.Sprintf("linux/arch%d", i)] = v1.Config{Entrypoint: []string{"/app"}}
	}
	w.pushIndex("many:1", many)
	f := w.finder()
	w.wantReason(w.ask(f, w.host+"/command:1"), inject.ReasonImageInvalid)
	w.wantReason(w.ask(f, w.host+"/many:1"), inject.ReasonImageInvalid)
	var sent atomic.Int64
	w.misbehave(func(rw http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.Contains(r.URL.Path, "/configuration/blobs/"):
			sent.Add(1)
			return false
		case strings.Contains(r.URL.Path, "/web/manifests/") && r.Method == http.MethodGet:
			rw.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
			rw.Header().Set("Content-Length", fmt.Sprint(len(long)))
			n, _ := io.WriteString(rw, long)
			sent.Add(int64(n))
			return true
		case strings.Contains(r.URL.Path, "/web/blobs/"):
			for r.Context().Err() == nil {
				if n, err := rw.Write(make([]byte, 64<<10)); err != nil || n == 0 {
					return true
				}
			}
			return true
		}
		return false
	})
	w.wantReason(w.ask(f, w.host+"/configuration:1"), inject.ReasonImageInvalid)
	if sent.Load() != 0 {
		t.Error("a configuration that says it is too long was fetched")
	}
	w.wantReason(w.ask(f, w.host+"/web:1"), inject.ReasonImageInvalid)
	if sent.Load() > 4<<20 {
		t.Errorf("%d bytes of a manifest were read that says it is too long", sent.Load())
	}
}

// TestDeadline: the budget is nothing beside the end of the request.
func TestDeadline(t *testing.T) {
	w := newWorld(t)
	w.misbehave(w.hangs)
	f := w.finder()
	ctx, cancel := context.WithTimeout(t.Context(), short) //nolint:forbidigo // the request's own end, which the test is about: it must come
	defer cancel()
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: w.host + "/web:1"}}}}
	w.wantReason(f.Ask(ctx, pod, []string{"app"}, nil)["app"], inject.ReasonRegistryUnavailable)
}

// TestBreaker: a host that does not answer is left alone for a while.
func TestBreaker(t *testing.T) {
	w := newWorld(t)
	w.misbehave(func(rw http.ResponseWriter, _ *http.Request) bool {
		rw.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	f := w.finder()
	for i := range 10 {
		w.wantReason(w.ask(f, fmt.Sprintf("%s/web:%d", w.host, i)), inject.ReasonRegistryUnavailable)
	}
	if made := w.requests.Load(); made > 6 {
		t.Errorf("%d requests for ten images, want three tries at most", made)
	}
}

// TestFailureIsRemembered: the pods of one rollout do not all ask for a missing image.
func TestFailureIsRemembered(t *testing.T) {
	w := newWorld(t)
	f := w.finder()
	w.wantReason(w.ask(f, w.host+"/missing:1"), inject.ReasonImageNotFound)
	before := w.requests.Load()
	w.wantReason(w.ask(f, w.host+"/missing:1"), inject.ReasonImageNotFound)
	if made := w.requests.Load() - before; made != 0 {
		t.Errorf("%d requests", made)
	}
}

// TestSingleFlight: equal questions at the same time are one.
func TestSingleFlight(t *testing.T) {
	w := newWorld(t)
	w.settings.TagTTL = time.Hour // for those that come later: a pod's containers are not all asked about at once
	w.push("web:1", v1.Config{Entrypoint: []string{"/app"}})
	release := make(chan struct{})
	w.misbehave(func(http.ResponseWriter, *http.Request) bool {
		<-release
		return false
	})
	before := w.requests.Load()
	f := w.finder()
	pod := &corev1.Pod{}
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprintf("c%d", i))
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: names[i], Image: w.host + "/web:1"})
	}
	answers := make(chan map[string]inject.ImageAnswer)
	go func() { answers <- f.Ask(t.Context(), pod, names, nil) }()
	await.True(t, "the first request is in flight", func() bool { return w.requests.Load() > before })
	close(release)
	for _, answer := range <-answers {
		w.wantCommand(answer, "/app")
	}
	if made := w.requests.Load() - before; made > 8 {
		t.Errorf("%d requests for fifty equal questions", made)
	}
}

// protect makes the registry ask for one of the passwords, by path prefix.
func (w *world) protect(passwords map[string]string) {
	w.misbehave(func(rw http.ResponseWriter, r *http.Request) bool {
		_, password, _ := r.BasicAuth()
		if r.URL.Path == "/v2/" {
			if password == "" {
				rw.Header().Set("WWW-Authenticate", `Basic realm="x"`)
				rw.WriteHeader(http.StatusUnauthorized)
				return true
			}
			return false
		}
		for prefix, want := range passwords {
			if strings.HasPrefix(r.URL.Path, "/v2/"+prefix) && password == want {
				return false
			}
		}
		rw.WriteHeader(http.StatusUnauthorized)
		return true
	})
}

// secret is a pull secret with passwords by pattern.
func secret(t *testing.T, passwords map[string]string) map[string][]byte {
	t.Helper()
	auths := map[string]any{}
	for pattern, password := range passwords {
		auths[pattern] = map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte("user:" + password))}
	}
	data, err := json.Marshal(map[string]any{"auths": auths})
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{corev1.DockerConfigJsonKey: data}
}

func pullWith(names ...string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		for _, name := range names {
			p.Spec.ImagePullSecrets = append(p.Spec.ImagePullSecrets, corev1.LocalObjectReference{Name: name})
		}
	}
}

// TestCredentials holds hard pods 15, 16 and 18.
func TestCredentials(t *testing.T) {
	w := newWorld(t)
	w.push("team/web:1", v1.Config{Entrypoint: []string{"/app"}})
	w.push("other/web:1", v1.Config{Entrypoint: []string{"/app"}})
	w.protect(map[string]string{"team/": "team", "other/": "host"})
	w.secrets["shop/both"] = secret(t, map[string]string{w.host: "host", w.host + "/team": "team"})
	w.secrets["shop/host"] = secret(t, map[string]string{"https://" + w.host + "/v2/": "host"})
	w.secrets["shop/wrong"] = secret(t, map[string]string{w.host + "/team/web": "wrong"})
	w.secrets["shop/broken"] = map[string][]byte{corev1.DockerConfigJsonKey: []byte("{")}
	f := w.finder()
	w.wantCommand(w.ask(f, w.host+"/team/web:1", pullWith("both")), "/app")
	w.wantCommand(w.ask(f, w.host+"/other/web:1", pullWith("both")), "/app")
	w.wantCommand(w.ask(f, w.host+"/team/web:1", pullWith("wrong", "broken", "missing", "both")), "/app")
	w.wantCommand(w.ask(f, w.host+"/other/web:1", pullWith("host")), "/app")
	// What one namespace may see, another without the credential does not get from the cache.
	w.wantReason(w.ask(f, w.host+"/team/web:1"), inject.ReasonRegistryUnauthorized)
	w.wantReason(w.ask(f, w.host+"/team/web:1", pullWith("host")), inject.ReasonRegistryUnauthorized)
	w.wantReason(w.ask(f, w.host+"/team/web:1", pullWith("missing")), inject.ReasonRegistryUnauthorized)

	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, w.secrets["shop/both"][corev1.DockerConfigJsonKey], 0o600); err != nil {
		t.Fatal(err)
	}
	w.settings.CredentialsFile = file
	w.wantCommand(w.ask(w.finder(), w.host+"/team/web:1"), "/app")
}

// TestDigest: a name with a digest needs no HEAD, and a wrong one is no image.
func TestDigest(t *testing.T) {
	w := newWorld(t)
	w.push("web:1", v1.Config{Entrypoint: []string{"/app"}})
	digest, err := image(t, v1.Config{Entrypoint: []string{"/app"}}, "linux/amd64").Digest()
	if err != nil {
		t.Fatal(err)
	}
	w.wantCommand(w.ask(w.finder(), w.host+"/web:1@"+digest.String()), "/app")
	w.wantReason(w.ask(w.finder(), w.host+"/web@sha256:"+strings.Repeat("0", 64)), inject.ReasonImageNotFound)
}

// TestMirror: a mirror is asked first, the registry if the mirror has nothing.
func TestMirror(t *testing.T) {
	origin, mirror := newWorld(t), newWorld(t)
	origin.push("web:1", v1.Config{Entrypoint: []string{"/origin"}})
	origin.push("only:1", v1.Config{Entrypoint: []string{"/origin"}})
	mirror.push("copies/web:1", v1.Config{Entrypoint: []string{"/mirror"}})
	origin.settings.Mirrors = map[string][]string{origin.host: {mirror.host + "/copies"}}
	origin.settings.Insecure = append(origin.settings.Insecure, mirror.host)
	f := origin.finder()
	origin.wantCommand(origin.ask(f, origin.host+"/web:1"), "/mirror")
	origin.wantCommand(origin.ask(f, origin.host+"/only:1"), "/origin")
}

// TestMirrorOfTheHub: the registry that a name without a host means has two names.
func TestMirrorOfTheHub(t *testing.T) {
	for _, hub := range []string{"docker.io", "index.docker.io"} {
		w := newWorld(t)
		w.push("hub/library/web:1", v1.Config{Entrypoint: []string{"/mirror"}})
		w.settings.Mirrors = map[string][]string{hub: {w.host + "/hub"}}
		w.wantCommand(w.ask(w.finder(), "web:1"), "/mirror")
	}
}

// TestMirrorHangs: a mirror that uses up the time is left alone soon, and its origin is
// not taken for one that does not answer.
func TestMirrorHangs(t *testing.T) {
	origin, mirror := newWorld(t), newWorld(t)
	mirror.misbehave(mirror.hangs)
	origin.settings.Budget = short
	const tries = 40
	origin.settings.Mirrors = map[string][]string{origin.host: {mirror.host}}
	origin.settings.Insecure = append(origin.settings.Insecure, mirror.host)
	f := origin.finder()
	for i := range tries {
		// On a slow machine the origin, too, may not have answered when the budget is over.
		if origin.ask(f, fmt.Sprintf("%s/web:%d", origin.host, i)); origin.requests.Load() > 0 {
			return
		}
	}
	t.Errorf("after %d images the origin is not asked yet", tries)
}

// TestMirrorsHaveTheirOwnCredentials: a mirror never sees the password of its origin.
func TestMirrorsHaveTheirOwnCredentials(t *testing.T) {
	origin, mirror := newWorld(t), newWorld(t)
	mirror.push("web:1", v1.Config{Entrypoint: []string{"/mirror"}})
	mirror.protect(map[string]string{"": "mirror"})
	seen := mirror.front.Load()
	mirror.misbehave(func(rw http.ResponseWriter, r *http.Request) bool {
		if _, password, _ := r.BasicAuth(); password == "origin" {
			t.Error("the mirror was sent its origin's password")
		}
		return (*seen)(rw, r)
	})
	origin.secrets["shop/both"] = secret(t, map[string]string{origin.host: "origin", mirror.host: "mirror"})
	origin.settings.Mirrors = map[string][]string{origin.host: {mirror.host}}
	origin.settings.Insecure = append(origin.settings.Insecure, mirror.host)
	origin.wantCommand(origin.ask(origin.finder(), origin.host+"/web:1", pullWith("both")), "/mirror")
}

// TestTLS: a registry with a certificate of an unknown authority is not asked; one
// whose authority the configuration names is, whether by a file or by a folder.
func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	w := newWorld(t)
	tag, err := name.NewTag(strings.TrimPrefix(server.URL, "https://") + "/web:1")
	if err != nil {
		t.Fatal(err)
	}
	app := image(t, v1.Config{Entrypoint: []string{"/app"}}, "linux/amd64")
	if err := remote.Write(tag, app, remote.WithTransport(server.Client().Transport)); err != nil {
		t.Fatal(err)
	}
	w.wantReason(w.ask(w.finder(), tag.Name()), inject.ReasonRegistryUntrusted)

	folder := t.TempDir()
	authority := filepath.Join(folder, "ca.crt")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{authority, folder} {
		w.settings.CAPath = path
		w.wantCommand(w.ask(w.finder(), tag.Name()), "/app")
	}
	for content, path := range map[string]string{"none": filepath.Join(folder, "missing"), "no certificate": authority} {
		if err := os.WriteFile(authority, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := lookup.New(config.Registry{CAPath: path}, lookup.Around{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", content, err)
		}
	}
}
