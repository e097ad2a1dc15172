package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"

	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/serving"
)

// reviewBody is what the API server posts for an ordinary web server's pod: a port, probes, a dozen
// variables, its token's volume and the managed fields.
func reviewBody(tb testing.TB) []byte {
	tb.Helper()
	var env, fields string
	for i := range 12 {
		env += fmt.Sprintf(`,{"name":"SETTING_%d","value":"a value of some length"}`, i)
		fields += fmt.Sprintf(`,"k:{\"name\":\"SETTING_%d\"}":{".":{},"f:name":{},"f:value":{}}`, i)
	}
	pod := `{"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"web-","namespace":"shop","labels":{"app":"web","team":"shop"},` +
		`"annotations":{"prometheus.io/scrape":"true"},"managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1",` +
		`"time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{"f:env":{".":{}` + fields + `}}}}}}]},` +
		`"spec":{"containers":[{"name":"web","image":"shop/web:1","command":["/app","--serve=:8080"],"ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],` +
		`"env":[{"name":"FIRST","value":"1"}` + env + `],"resources":{"limits":{"memory":"128Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},` +
		`"readinessProbe":{"httpGet":{"path":"/ready","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},` +
		`"livenessProbe":{"httpGet":{"path":"/alive","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},` +
		`"volumeMounts":[{"name":"kube-api-access","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],` +
		`"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],` +
		`"volumes":[{"name":"kube-api-access","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}],"defaultMode":420}}],` +
		`"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","schedulerName":"default-scheduler",` +
		`"tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"enableServiceLinks":true},"status":{}}`
	request := review([]byte(pod)).AdmissionRequest
	body, err := json.Marshal(admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"}, Request: &request,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

// BenchmarkDecode decodes a review and the pod in it with the decoder that controller-runtime uses:
// the least that any webhook does.
func BenchmarkDecode(b *testing.B) {
	scheme := apiruntime.NewScheme()
	if err := admissionv1.AddToScheme(scheme); err != nil {
		b.Fatal(err)
	}
	decoder := serializer.NewCodecFactory(scheme).UniversalDeserializer()
	body := reviewBody(b)
	b.ReportAllocs()
	for b.Loop() {
		var got admissionv1.AdmissionReview
		if _, _, err := decoder.Decode(body, nil, &got); err != nil {
			b.Fatal(err)
		}
		var pod corev1.Pod
		if err := json.Unmarshal(got.Request.Object.Raw, &pod); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBigPod is hard pod 41's time, and beside it that of decoding alone.
func BenchmarkBigPod(b *testing.B) {
	raw, h := bigPod(), handler(&around{})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			var pod corev1.Pod
			if err := json.Unmarshal(raw, &pod); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("handle", func(b *testing.B) {
		for b.Loop() {
			if got := h.Handle(b.Context(), review(raw)); len(got.Patch) == 0 {
				b.Fatal(got)
			}
		}
	})
}

// BenchmarkAnswer answers the same review over the handler's own HTTP interface: decode, decide,
// plan, patch, respond.
func BenchmarkAnswer(b *testing.B) {
	server := serving.InTime(serving.NewBodies().Handler(handler(&around{}).Answer))
	body := reviewBody(b)
	b.ReportAllocs()
	for b.Loop() {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, webhook.Path+"?timeout=5s", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		server.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK || !bytes.Contains(answer.Body.Bytes(), []byte("JSONPatch")) {
			b.Fatalf("answered %d %s", answer.Code, answer.Body)
		}
	}
}
