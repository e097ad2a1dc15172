package serving

import (
	"context"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/fields"
	toolscache "k8s.io/client-go/tools/cache"
	ctrlcache "sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// CacheOptions adds to o what Watch looks at: one Secret and one webhook configuration,
// and of both only that they changed.
func (k *Keeper) CacheOptions(o *ctrlcache.Options) {
	if o.ByObject == nil {
		o.ByObject = map[client.Object]ctrlcache.ByObject{}
	}
	o.ByObject[&corev1.Secret{}] = ctrlcache.ByObject{
		Namespaces: map[string]ctrlcache.Config{k.Secret.Namespace: {}},
		Field:      fields.OneTermEqualSelector("metadata.name", k.Secret.Name),
		Transform:  onlyVersion(func() client.Object { return &corev1.Secret{} }),
	}
	o.ByObject[&admissionregistrationv1.MutatingWebhookConfiguration{}] = ctrlcache.ByObject{
		Field:     fields.OneTermEqualSelector("metadata.name", k.Configuration),
		Transform: onlyVersion(func() client.Object { return &admissionregistrationv1.MutatingWebhookConfiguration{} }),
	}
}

// onlyVersion drops everything from an object but what tells it from others.
func onlyVersion(empty func() client.Object) toolscache.TransformFunc {
	return func(object any) (any, error) {
		full, err := meta.Accessor(object)
		if err != nil { // a tombstone
			return object, nil //nolint:nilerr // it is passed on as it is
		}
		left := empty()
		left.SetNamespace(full.GetNamespace())
		left.SetName(full.GetName())
		left.SetUID(full.GetUID())
		left.SetResourceVersion(full.GetResourceVersion())
		return left, nil
	}
}

// Watch makes Start look at once when somebody changes the Secret or the configuration.
// It has to be called before Start.
func (k *Keeper) Watch(ctx context.Context, cache ctrlcache.Cache) error {
	k.wake = make(chan struct{}, 1)
	look := func() {
		select {
		case k.wake <- struct{}{}:
		default: // it will look anyway
		}
	}
	for _, object := range []client.Object{&corev1.Secret{}, &admissionregistrationv1.MutatingWebhookConfiguration{}} {
		informer, err := cache.GetInformer(ctx, object)
		if err != nil {
			return fmt.Errorf("watch %T: %w", object, err)
		}
		_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
			AddFunc:    func(any) { look() },
			UpdateFunc: func(any, any) { look() },
			DeleteFunc: func(any) { look() },
		})
		if err != nil {
			return fmt.Errorf("watch %T: %w", object, err)
		}
	}
	return nil
}
