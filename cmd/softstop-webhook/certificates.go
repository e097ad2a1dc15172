package main

import (
	"context"
	"crypto/tls"
	"fmt"

	"github.com/go-logr/logr"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/softstop/softstop/webhook/serving"
)

// certificatesFor returns where the serving certificate comes from, and adds to caches
// what has to be watched for it.
func certificatesFor(o options, direct client.Client, log logr.Logger, caches *cache.Options) (serving.Certificates, error) {
	if o.certificates != "" {
		return serving.NewFiles(o.certificates)
	}
	keeper := &serving.Keeper{
		Client: direct, Log: log.WithName("serving"), Configuration: o.configuration,
		Secret: client.ObjectKey{Namespace: o.namespace, Name: o.secret}, DNSNames: o.hosts(), Rotation: o.rotation,
	}
	keeper.CacheOptions(caches)
	return keeper, nil
}

// configureTLS is the webhook server's side of a handshake.
func configureTLS(server *tls.Config, o options, certificates serving.Certificates) {
	server.MinVersion = o.tlsVersion
	serving.Configure(server, certificates)
	if o.clientCA != "" {
		o.clients().Configure(server)
	}
}

// addCertificates lets mgr keep certificates up to date.
func addCertificates(ctx context.Context, mgr manager.Manager, certificates serving.Certificates) error {
	if err := mgr.Add(certificates); err != nil {
		return fmt.Errorf("add the serving certificate: %w", err)
	}
	if keeper, own := certificates.(*serving.Keeper); own {
		if err := keeper.Watch(ctx, mgr.GetCache()); err != nil {
			return err
		}
	}
	if err := serving.RegisterMetrics(metrics.Registry, certificates); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	return nil
}
