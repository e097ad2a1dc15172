package lookup_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/await"
	"github.com/softstop/softstop/webhook/lookup"
)

// secretWord is what must never be told, whoever sends it.
const secretWord = "correct-horse-7f3a"

// listener is a log with everything in it.
type listener struct {
	mu  sync.Mutex
	log strings.Builder
}

func (l *listener) logger() logr.Logger {
	return funcr.New(func(prefix, args string) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.log.WriteString(prefix + args + "\n")
	}, funcr.Options{Verbosity: 100})
}

func (l *listener) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.String()
}

// told asks for one image and returns the log and the answer in words.
func (w *world) told(image string, change ...func(*corev1.Pod)) string {
	w.Helper()
	l := &listener{}
	pod := &corev1.Pod{}
	pod.Namespace = "shop"
	pod.Spec.Containers = []corev1.Container{{Name: "app", Image: image}}
	for _, c := range change {
		c(pod)
	}
	answer := w.finder().Ask(logr.NewContext(w.Context(), l.logger()), pod, []string{"app"}, nil)["app"]
	// What is still in flight when the budget is over logs its end a moment later.
	await.True(w.TB, fmt.Sprintf("the log tells more than %+v", answer), func() bool { return strings.Contains(l.String(), "image not found out") })
	return l.String() + answer.Reason.Sentence()
}

// wantUntold fails if text has the secret in any of its forms, or is long.
func (w *world) wantUntold(text string) {
	w.Helper()
	for _, form := range []string{secretWord, base64.StdEncoding.EncodeToString([]byte("user:" + secretWord)), base64.StdEncoding.EncodeToString([]byte(secretWord))} {
		if strings.Contains(text, form) {
			w.Errorf("it tells the secret:\n%.1000s", text)
		}
	}
	if len(text) > 2000 {
		w.Errorf("it tells %d bytes:\n%.1000s…", len(text), text)
	}
}

// TestNoSecretIsTold: whatever a registry does with what it is sent, and whatever a
// Secret or a helper looks like, neither the log nor the answer repeats it.
func TestNoSecretIsTold(t *testing.T) {
	const basic, bearer = `Basic realm="x"`, `Bearer realm="http://%s/token",service="x"`
	for name, c := range map[string]struct {
		challenge string
		answer    func(http.ResponseWriter, *http.Request)
	}{
		"repeated as text": {basic, func(rw http.ResponseWriter, r *http.Request) {
			_, password, _ := r.BasicAuth()
			http.Error(rw, r.Header.Get("Authorization")+" is "+password, http.StatusUnauthorized)
		}},
		"repeated as the protocol says": {basic, func(rw http.ResponseWriter, r *http.Request) {
			_, password, _ := r.BasicAuth()
			rw.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(rw, `{"errors":[{"code":"DENIED","message":%q,"detail":{"you sent":%q}}]}`, password, r.Header.Get("Authorization"))
		}},
		"repeated at length": {basic, func(rw http.ResponseWriter, _ *http.Request) {
			http.Error(rw, strings.Repeat(secretWord+"\n", 3000), http.StatusInternalServerError)
		}},
		"an address with a signature": {basic, func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "http://127.0.0.1:1/blob?signature="+secretWord, http.StatusTemporaryRedirect)
		}},
		"a token by another name": {bearer, func(rw http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(rw, `{"refresh_token":%q}`, secretWord)
		}},
		"a token's address with a token": {bearer, func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "http://10.0.0.1/?token="+secretWord, http.StatusTemporaryRedirect)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.secrets["shop/pull"] = secret(t, map[string]string{w.host: secretWord})
			var sent atomic.Bool
			w.misbehave(func(rw http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/v2/" {
					challenge := c.challenge
					if c.challenge == bearer {
						challenge = fmt.Sprintf(bearer, w.host)
					}
					rw.Header().Set("WWW-Authenticate", challenge)
					rw.WriteHeader(http.StatusUnauthorized)
					return true
				}
				_, password, _ := r.BasicAuth()
				if password == secretWord {
					sent.Store(true)
				}
				if r.Method == http.MethodHead { // which has no body: so it is asked again
					rw.WriteHeader(http.StatusNotFound)
					return true
				}
				c.answer(rw, r)
				return true
			})
			w.wantUntold(w.told(w.host+"/team/web:1", pullWith("pull")))
			if !sent.Load() {
				t.Error("the registry was never sent the password: this tells nothing")
			}
		})
	}
}

// TestNoBrokenSecretIsTold: what cannot be read is not shown either.
func TestNoBrokenSecretIsTold(t *testing.T) {
	w := newWorld(t)
	for _, text := range []string{
		secretWord, `"` + secretWord + `"`, `{"auths":"` + secretWord + `"}`, `{"auths":{"` + w.host + `":"` + secretWord + `"}}`,
		`{"auths":{"` + w.host + `":{"auth":"` + secretWord + `!"}}}`, `{"auths":{"` + w.host + `":{"password":["` + secretWord + `"]}}}`,
		`{"auths":{"` + w.host + `":{"auth":"` + base64.StdEncoding.EncodeToString([]byte(secretWord)) + `"}}}`,
	} {
		w.secrets["shop/broken"] = map[string][]byte{corev1.DockerConfigJsonKey: []byte(text)}
		w.wantUntold(w.told(w.host+"/missing:1", pullWith("broken")))
		file := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := lookup.New(config.Registry{CredentialsFile: file}, lookup.Around{})
		if err == nil {
			t.Errorf("%s is taken for credentials", text)
			continue
		}
		w.wantUntold(err.Error())
	}
}

// TestNoHelpersSecretIsTold: a helper that has answered and then fails has printed it.
func TestNoHelpersSecretIsTold(t *testing.T) {
	answer := `{"Username":"user","Secret":"` + secretWord + `"}`
	for name, script := range map[string]string{
		"answers and fails": "echo '" + answer + "'; exit 1",
		"answers and hangs": "echo '" + answer + "'; exec sleep 600",
		"no answer":         "echo '\"" + secretWord + "\"'",
		"too much":          "echo '" + answer + "'; head -c 100000 /dev/zero",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			program := filepath.Join(t.TempDir(), "helper")
			if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			w.settings.Helpers = map[string]string{w.host: program}
			if strings.Contains(script, "sleep") {
				w.settings.Budget = short
			}
			told := w.told(w.host + "/missing:1")
			w.wantUntold(told)
			if !strings.Contains(told, "credential helper not usable") {
				t.Errorf("the helper did not fail: %s", told)
			}
		})
	}
}

// TestRedirectedWithoutThePassword: who is redirected to is asked without the password of who
// redirects, and without its token, even if it asks who that is and names a place of its own to say
// so.
func TestRedirectedWithoutThePassword(t *testing.T) {
	const basic, bearer = `Basic realm="x"`, `Bearer realm="http://%s/token",service="x",scope="repository:web:pull"`
	for name, c := range map[string]struct{ origin, stranger string }{
		"found nothing":      {basic, ""},
		"asks for passwords": {basic, basic},
		"asks for tokens":    {basic, bearer},
		"of a registry with tokens, asks for passwords": {bearer, basic},
		"of a registry with tokens, asks for tokens":    {bearer, bearer},
	} {
		t.Run(name, func(t *testing.T) {
			origin, stranger := newWorld(t), newWorld(t)
			origin.push("web:1", v1.Config{Entrypoint: []string{"/app"}})
			challenge := func(rw http.ResponseWriter, challenge, host string) {
				if challenge == bearer {
					challenge = fmt.Sprintf(bearer, host)
				}
				rw.Header().Set("WWW-Authenticate", challenge)
				rw.WriteHeader(http.StatusUnauthorized)
			}
			var asked atomic.Bool
			stranger.misbehave(func(rw http.ResponseWriter, r *http.Request) bool {
				asked.Store(true)
				if header := r.Header.Get("Authorization"); header != "" || strings.Contains(r.URL.String(), secretWord) {
					t.Errorf("the stranger was sent %q and %q", r.URL, header)
				}
				if c.stranger == "" {
					rw.WriteHeader(http.StatusNotFound)
				} else {
					challenge(rw, c.stranger, stranger.host)
				}
				return true
			})
			origin.misbehave(func(rw http.ResponseWriter, r *http.Request) bool {
				_, password, _ := r.BasicAuth()
				switch {
				case r.URL.Path == "/token" && password == secretWord:
					fmt.Fprintf(rw, `{"token":%q}`, secretWord)
				case r.URL.Path == "/v2/":
					challenge(rw, c.origin, origin.host)
				case strings.Contains(r.Header.Get("Authorization"), secretWord) || password == secretWord:
					http.Redirect(rw, r, "http://"+stranger.host+r.URL.Path, http.StatusTemporaryRedirect)
				default:
					rw.WriteHeader(http.StatusUnauthorized)
				}
				return true
			})
			origin.settings.Insecure = append(origin.settings.Insecure, stranger.host)
			origin.secrets["shop/pull"] = secret(t, map[string]string{origin.host: secretWord})
			origin.ask(origin.finder(), origin.host+"/web:1", pullWith("pull"))
			if !asked.Load() {
				t.Error("the stranger was never asked: this tells nothing")
			}
		})
	}
}
