//go:build linux

package rollout

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/softstop/softstop/e2e/bench/ground"
)

const (
	replicas = 3
	port     = 8080
)

// deploy makes a cell's deployment and Service and returns the Service's URL.
func deploy(ctx context.Context, g *ground.Ground, c cell) (string, error) {
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: c.server.name},
		Spec: corev1.ServiceSpec{
			Selector: map[string]string{"app": c.server.name},
			Ports:    []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt32(port)}},
		},
	}
	made, err := g.Client.CoreV1().Services(c.namespace()).Create(ctx, service, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("make the service of %s: %w", c.name(), err)
	}
	if _, err := g.Client.AppsV1().Deployments(c.namespace()).Create(ctx, deployment(c), metav1.CreateOptions{}); err != nil {
		return "", fmt.Errorf("make the deployment of %s: %w", c.name(), err)
	}
	return "http://" + made.Spec.ClusterIP + "/", nil
}

// deployment is what somebody would write for the server: a port, a readiness probe, and for the
// rest the defaults.
func deployment(c cell) *appsv1.Deployment {
	labels := map[string]string{"app": c.server.name}
	noToken := false
	template := corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: labels},
		Spec: corev1.PodSpec{
			AutomountServiceAccountToken: &noToken,
			Containers: []corev1.Container{{
				Name: "server", Image: c.server.image, ImagePullPolicy: corev1.PullNever, Command: c.server.command,
				Ports: []corev1.ContainerPort{{ContainerPort: port}},
				ReadinessProbe: &corev1.Probe{
					ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(port)}},
					PeriodSeconds: 1,
				},
			}},
		},
	}
	if c.configuration.shape != nil {
		c.configuration.shape(&template)
	}
	n := int32(replicas)
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: c.server.name},
		Spec:       appsv1.DeploymentSpec{Replicas: &n, Selector: &metav1.LabelSelector{MatchLabels: labels}, Template: template},
	}
}
