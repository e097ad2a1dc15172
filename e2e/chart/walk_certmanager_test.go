//go:build e2e && linux

package chart

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/e2e/node/guard"
	"github.com/softstop/softstop/e2e/node/parts"
)

// made is the Secret that cert-manager writes.
const made = Release + "-webhook-certificate"

// certManager hands the certificate over to the real cert-manager, and has it renewed while pods
// are being created.
func (w *walk) certManager(t *testing.T) {
	crds := w.startCertManager(t)
	w.helm(t, "upgrade", Release, w.chart, "--reuse-values", "--wait", "--timeout", minutes(5), "--set", "certificates.mode=certManager")
	w.kubectl(t, "", "wait", "certificate/"+Release+"-webhook", "--namespace", Namespace, "--for=condition=Ready", "--timeout="+minutes(1))
	// A kubelet that has asked for the Secret too early asks again later and later, and Helm does
	// not always wait for it.
	w.kubectl(t, "", "rollout", "status", "deployment/"+Release+"-webhook", "--namespace", Namespace, "--timeout="+minutes(5))
	w.awaitDrain(t)
	want(t, w.helm(t, "test", Release, "--timeout", minutes(1)), "Phase:          Succeeded")

	pods := w.createPods(t)
	before := w.certificate(t)
	// What cmctl renew does.
	w.kubectl(t, "", "patch", "certificate", Release+"-webhook", "--namespace", Namespace, "--subresource=status", "--type=merge", "--patch",
		`{"status":{"conditions":[{"type":"Issuing","status":"True","reason":"ManuallyTriggered","message":"renew"}]}}`)
	eventually(t, func() (bool, string) { return !bytes.Equal(w.certificate(t), before), "not renewed" })
	// A change of its pod makes the kubelet look at once, and not within a minute or two.
	w.kubectl(t, "", "annotate", "pods", "--namespace", Namespace, "--selector", "app.kubernetes.io/component=webhook", "look=again")
	eventually(t, func() (bool, string) { return w.served(t) })
	pods.judge(t)

	// And back.
	w.helm(t, "upgrade", Release, w.chart, "--reuse-values", "--wait", "--timeout", minutes(2), "--set", "certificates.mode=own")
	w.awaitDrain(t)
	w.kubectl(t, "", "delete", "secret", "--namespace", Namespace, made, Release+"-webhook-ca")
	w.kubectl(t, "", "delete", "--filename", crds)
}

// startCertManager starts cert-manager on the node, until the step ends, and returns the folder of
// its CustomResourceDefinitions.
func (w *walk) startCertManager(t *testing.T) (crds string) {
	t.Helper()
	programs, err := parts.Build(t.Context(), parts.CertManager(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	crds = certManagerDefinitions(t)
	w.kubectl(t, "", "apply", "--server-side", "--filename", crds)
	w.kubectl(t, "", "wait", "--for=condition=Established", "--timeout="+minutes(1), "--filename", crds)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := w.Node.Command(filepath.Join(programs, "cert-manager"), w.Node.Kubeconfig())
	cmd.Stdout, cmd.Stderr = log, log
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	process, err := guard.Start(ctx, cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = process.Wait() // it is ended, not asked
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("cert-manager says:\n%s", said)
		}
		log.Close()
	})
	return crds
}

// certificate returns the certificate that cert-manager has made.
func (w *walk) certificate(t *testing.T) []byte {
	t.Helper()
	secret, err := w.Client.CoreV1().Secrets(Namespace).Get(t.Context(), made, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(secret.Data[corev1.TLSCertKey])
	if block == nil {
		t.Fatal("no certificate in the Secret")
	}
	return block.Bytes
}

// served reports whether every replica shows that certificate, and which do not.
func (w *walk) served(t *testing.T) (all bool, others string) {
	t.Helper()
	pods, err := w.Client.CoreV1().Pods(Namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/component=webhook"})
	if err != nil {
		t.Fatal(err)
	}
	want := w.certificate(t)
	for _, pod := range pods.Items {
		shown, err := w.shown(t.Context(), net.JoinHostPort(pod.Status.PodIP, "9443"))
		if err != nil || !bytes.Equal(shown, want) {
			others += fmt.Sprintf("pod %s, since %s, shows another certificate (%v) ", pod.Name, pod.CreationTimestamp, err)
		}
	}
	return len(pods.Items) > 0 && others == "", others
}

// shown returns the certificate that is shown at an address on the node.
func (w *walk) shown(ctx context.Context, address string) ([]byte, error) {
	conn, err := w.Node.Dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	client := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // which certificate it is, is the question
	defer client.Close()
	if err := client.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return client.ConnectionState().PeerCertificates[0].Raw, nil
}
