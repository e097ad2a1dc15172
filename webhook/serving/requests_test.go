package serving

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestPolite: an answer that begins after the stop is whole, and the client's next
// request comes over another connection; before, the connection is kept.
func TestPolite(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		t.Run(map[bool]string{false: "HTTP/1.1", true: "HTTP/2"}[http2], func(t *testing.T) {
			stop, cancel := context.WithCancel(t.Context())
			defer cancel()
			server := httptest.NewUnstartedServer(Polite(stop, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/stop" {
					cancel()
				}
				_, _ = io.WriteString(w, "answer")
			})))
			server.EnableHTTP2 = http2
			server.StartTLS()
			defer server.Close()
			reused := func(path string) (was bool) {
				t.Helper()
				ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { was = i.Reused }})
				request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+path, strings.NewReader("question"))
				if err != nil {
					t.Fatal(err)
				}
				response, err := server.Client().Do(request)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				if body, err := io.ReadAll(response.Body); err != nil || string(body) != "answer" || (response.ProtoMajor == 2) != http2 {
					t.Fatalf("%s %q: %v", response.Proto, body, err)
				}
				return was
			}
			reused("/")
			if !reused("/") {
				t.Error("the connection is not kept while there is no reason")
			}
			if !reused("/stop") {
				t.Error("the request of the stop found no connection")
			}
			if reused("/") {
				t.Error("the connection is kept after the stop")
			}
		})
	}
}

func TestLimit(t *testing.T) {
	server := httptest.NewServer(Limit(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })))
	defer server.Close()
	for name, c := range map[string]struct {
		body io.Reader
		code int
	}{
		"as large as can be": {strings.NewReader(strings.Repeat("x", MaxReview-1)), http.StatusOK},
		"too large":          {strings.NewReader(strings.Repeat("x", MaxReview)), http.StatusRequestEntityTooLarge},
		"of unknown length":  {io.MultiReader(strings.NewReader("x")), http.StatusRequestEntityTooLarge},
	} {
		response, err := http.Post(server.URL, "application/json", c.body)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != c.code {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
}

// TestLimitAdmits: a review that is too large is one more pod that is left alone, not an
// error: the JSON of a valid pod can be several times as long as what the API server keeps.
func TestLimitAdmits(t *testing.T) {
	server := httptest.NewServer(Limit(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was let through") })))
	defer server.Close()
	sent := admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request:  &admissionv1.AdmissionRequest{UID: "this-one", Name: strings.Repeat("<", MaxReview/6)},
	}
	body, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(server.URL, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got admissionv1.AdmissionReview
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.TypeMeta != sent.TypeMeta || got.Response == nil || got.Response.UID != "this-one" || !got.Response.Allowed || len(got.Response.Warnings) != 1 {
		t.Errorf("got %+v of %d bytes", got, len(body))
	}
}

// TestInTime: a review ends when three quarters of its time are over.
func TestInTime(t *testing.T) {
	var end time.Time
	h := InTime(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		end, _ = r.Context().Deadline()
	}))
	for query, want := range map[string]time.Duration{"?timeout=4s": 3 * time.Second, "": 0, "?timeout=x": 0, "?timeout=-1s": 0} {
		before := time.Now()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/mutate"+query, nil))
		after := time.Now()
		if want == 0 && !end.IsZero() || want != 0 && (end.Before(before.Add(want)) || end.After(after.Add(want))) {
			t.Errorf("%q, asked between %s and %s, must end %s later and ends at %s", query, before, after, want, end)
		}
	}
}
