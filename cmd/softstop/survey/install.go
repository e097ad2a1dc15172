package survey

import (
	"context"
	"fmt"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/softstop/softstop/config"
)

// chartLabel selects what the chart made.
const chartLabel = "app.kubernetes.io/name=softstop"

// FindInstall finds the softstop of a cluster. Whoever may not read its webhook or its
// configuration gets an error that says which; the Install says what is known then.
func FindInstall(ctx context.Context, cluster kubernetes.Interface) (Install, error) {
	install := Install{Config: config.Default()}
	found, err := cluster.AdmissionregistrationV1().MutatingWebhookConfigurations().List(ctx, metav1.ListOptions{LabelSelector: chartLabel})
	if err != nil {
		install.Hidden = true
		return install, fmt.Errorf("list mutating webhook configurations: %w", err)
	}
	for i := range found.Items {
		item := &found.Items[i]
		for _, entry := range item.Webhooks {
			if !strings.HasSuffix(entry.Name, "."+strings.TrimSuffix(config.Prefix, "/")) {
				continue
			}
			if install.Since.IsZero() || item.CreationTimestamp.Time.Before(install.Since) {
				install.Since = item.CreationTimestamp.Time
			}
			selector, err := metav1.LabelSelectorAsSelector(entry.NamespaceSelector)
			if err != nil {
				return install, fmt.Errorf("webhook %s of %s: namespace selector: %w", entry.Name, item.Name, err)
			}
			install.Selectors = append(install.Selectors, selector)
		}
		if err := install.configure(ctx, cluster, item); err != nil {
			return install, err
		}
	}
	return install, nil
}

// configure reads the configuration of the webhook that item names the service of.
func (i *Install) configure(ctx context.Context, cluster kubernetes.Interface, item *admissionregistrationv1.MutatingWebhookConfiguration) error {
	for _, entry := range item.Webhooks {
		service := entry.ClientConfig.Service
		if service == nil {
			continue
		}
		i.Namespace = service.Namespace
		maps, err := cluster.CoreV1().ConfigMaps(service.Namespace).List(ctx, metav1.ListOptions{LabelSelector: chartLabel})
		if err != nil {
			return fmt.Errorf("list config maps in namespace %q: %w", service.Namespace, err)
		}
		for _, m := range maps.Items {
			text, is := m.Data["config.yaml"]
			if !is {
				continue
			}
			if i.Config, err = config.Parse([]byte(text)); err != nil {
				return fmt.Errorf("configuration in config map %s/%s: %w", m.Namespace, m.Name, err)
			}
			return nil
		}
	}
	return nil
}
