package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// PullSecret implements lookup.Secrets. It asks the API server for this one Secret: a
// cache would hold every Secret of the cluster.
func (c *Cluster) PullSecret(ctx context.Context, namespace, name string) (map[string][]byte, error) {
	var secret corev1.Secret
	if err := c.Direct.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &secret); err != nil {
		return nil, fmt.Errorf("read secret %s/%s: %w", namespace, name, err)
	}
	return secret.Data, nil
}

// ServiceNetworks returns the networks of the cluster's Service addresses. An API
// server before 1.33 does not tell them; then it is the API server's own address alone.
func (c *Cluster) ServiceNetworks(ctx context.Context) ([]netip.Prefix, error) {
	var networks []netip.Prefix
	if own, err := netip.ParseAddr(os.Getenv("KUBERNETES_SERVICE_HOST")); err == nil {
		networks = append(networks, netip.PrefixFrom(own, own.BitLen()))
	}
	var list networkingv1.ServiceCIDRList
	err := c.Direct.List(ctx, &list)
	if meta.IsNoMatchError(err) || apierrors.IsNotFound(err) {
		return networks, nil
	}
	if err != nil {
		return networks, fmt.Errorf("list service networks: %w", err)
	}
	for _, item := range list.Items {
		for _, text := range item.Spec.CIDRs {
			prefix, parseErr := netip.ParsePrefix(text)
			err = errors.Join(err, parseErr)
			networks = append(networks, prefix)
		}
	}
	return networks, err
}
