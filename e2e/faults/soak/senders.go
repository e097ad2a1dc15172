//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/faults/replica"
)

// counts are what the senders got.
type counts struct{ served, direct, failed atomic.Int64 }

// optedIn is the namespace of the pods.
const optedIn = "soak"

func newPod() *corev1.Pod {
	return &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: "soak", Namespace: optedIn},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Image: images.App, Command: []string{"/app"}, Ports: []corev1.ContainerPort{{ContainerPort: 8080}},
		}}},
	}
}

// send sends reviews until ctx ends: so many senders through the API server, and as many to each
// replica.
func send(ctx context.Context, s replica.Set, senders int, c *counts) error {
	pods, err := s.Ready(ctx)
	if err != nil {
		return err
	}
	review, err := json.Marshal(newReview())
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	for range senders {
		all.Go(func() {
			for ctx.Err() == nil {
				c.add(ctx, &c.served, throughAPIServer(ctx, s))
			}
		})
		for _, pod := range pods {
			client := &http.Client{Transport: &http.Transport{
				DialContext: s.Node.Dial,
				// Whom to trust changes every 20 s; the API server, which has to know, verifies the
				// other half.
				TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
			}}
			url := "https://" + net.JoinHostPort(pod.Status.PodIP, "9443") + "/mutate?timeout=5s"
			all.Go(func() {
				for ctx.Err() == nil {
					c.add(ctx, &c.direct, toReplica(ctx, client, url, review))
				}
			})
		}
	}
	all.Wait()
	return nil
}

// add counts one review; the last ones, cut off by the end, do not count.
func (c *counts) add(ctx context.Context, good *atomic.Int64, err error) {
	switch {
	case ctx.Err() != nil:
	case err != nil:
		c.failed.Add(1)
	default:
		good.Add(1)
	}
}

func throughAPIServer(ctx context.Context, s replica.Set) error {
	pod, err := s.Client.CoreV1().Pods(optedIn).Create(ctx, newPod(), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if err != nil {
		return err
	}
	if _, injected := pod.Labels[stage.Injected]; !injected {
		return fmt.Errorf("a pod was not injected")
	}
	return nil
}

func newReview() admissionv1.AdmissionReview {
	raw, _ := json.Marshal(newPod()) // a pod of ours: cannot fail
	return admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID: "soak", Kind: metav1.GroupVersionKind{Version: "v1", Kind: "Pod"},
			Resource: metav1.GroupVersionResource{Version: "v1", Resource: "pods"},
			Name:     "soak", Namespace: optedIn, Operation: admissionv1.Create, Object: runtime.RawExtension{Raw: raw},
		},
	}
}

func toReplica(ctx context.Context, client *http.Client, url string, review []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(review))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var answer admissionv1.AdmissionReview
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Response == nil || !answer.Response.Allowed || len(answer.Response.Patch) == 0 {
		return fmt.Errorf("a pod was not injected")
	}
	return nil
}
