//go:build linux

// The webhooks that softstop is measured beside, on controller-runtime's webhook server: one that
// allows and does nothing, and one that gives every pod the same patch. What an admission costs
// more than beside the second is what softstop itself costs.
//
//	noop    serves /mutate, /repeat and /repeat-node on :9443; it makes its own certificate and puts it into the configuration named by NOOP_CONFIGURATION
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// host is the name under which the API server calls the Service.
const host = "noop.bench-noop.svc"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	ctrl.SetLogger(logr.Discard())
	if err := serve(ctx, os.Getenv("NOOP_CONFIGURATION")); err != nil {
		fmt.Fprintln(os.Stderr, "noop:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, configuration string) error {
	rest, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find the API server: %w", err)
	}
	pair, authority, err := certificate()
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	mgr, err := ctrl.NewManager(rest, ctrl.Options{
		Metrics:                server.Options{BindAddress: ":8080"},
		HealthProbeBindAddress: ":8081",
		WebhookServer: webhook.NewServer(webhook.Options{TLSOpts: []func(*tls.Config){func(t *tls.Config) {
			t.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &pair, nil }
		}}}),
	})
	if err != nil {
		return fmt.Errorf("make manager: %w", err)
	}
	allow := admission.HandlerFunc(func(context.Context, admission.Request) admission.Response { return admission.Allowed("") })
	mgr.GetWebhookServer().Register("/mutate", &admission.Webhook{Handler: allow})
	// One repeats what pods get with the default carrier, one what those get that ask for the node's.
	mgr.GetWebhookServer().Register("/repeat", &admission.Webhook{Handler: &repeater{}})
	mgr.GetWebhookServer().Register("/repeat-node", &admission.Webhook{Handler: &repeater{}})
	if err := mgr.AddReadyzCheck("server", mgr.GetWebhookServer().StartedChecker()); err != nil {
		return err
	}
	if err := trust(ctx, mgr.GetAPIReader(), mgr.GetClient(), configuration, authority); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

// trust puts the authority into the webhook configuration.
func trust(ctx context.Context, read client.Reader, write client.Writer, name string, authority []byte) error {
	var c admissionregistrationv1.MutatingWebhookConfiguration
	if err := read.Get(ctx, client.ObjectKey{Name: name}, &c); err != nil {
		return fmt.Errorf("read webhook configuration %q: %w", name, err)
	}
	for i := range c.Webhooks {
		c.Webhooks[i].ClientConfig.CABundle = authority
	}
	if err := write.Update(ctx, &c); err != nil {
		return fmt.Errorf("write webhook configuration %q: %w", name, err)
	}
	return nil
}

// certificate makes a certificate that signs itself, and returns it also as PEM.
func certificate() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
