//go:build linux

package rollout

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/e2e/bench/ground"
)

// server is one HTTP server, as it is launched. All listen on port 8080.
type server struct {
	// name is the deployment's, title what tables say.
	name, title string
	image       string
	command     []string
}

func servers() []server {
	return []server{
		{name: "go-exec", title: "Go, exec form", image: ground.Server, command: []string{"/httpserver"}},
		{name: "go-shell", title: "Go behind `sh -c`", image: ground.Server, command: []string{"sh", "-c", "/httpserver; echo ended with $?"}},
		{name: "nginx", title: "nginx, as its image runs it", image: ground.Nginx},
	}
}

// configuration is one way to run a server.
type configuration struct {
	// name is the namespace's last word, title what tables say.
	name, title string
	// inject says whether the namespace is opted in.
	inject bool
	// shape changes the pod; nil changes nothing.
	shape func(*corev1.PodTemplateSpec)
}

// The configurations that the picture and the goals speak of.
const (
	without  = "without"
	softstop = "softstop"
)

// sleepSeconds is the preStop sleep that people write by hand, as long as softstop's own drain.
const sleepSeconds = 5

func configurations() []configuration {
	return []configuration{
		{name: without, title: "without softstop"},
		{name: "sleep", title: "preStop sleep only", shape: func(t *corev1.PodTemplateSpec) {
			t.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{
				PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: sleepSeconds}},
			}
		}},
		{name: "init", title: "init only", inject: true, shape: func(t *corev1.PodTemplateSpec) {
			t.Annotations = map[string]string{"softstop.dev/drain": "0s"}
		}},
		{name: softstop, title: "softstop", inject: true},
	}
}

// cell is one server in one configuration.
type cell struct {
	server        server
	configuration configuration
}

func (c cell) namespace() string { return "bench-rollout-" + c.configuration.name }

// name is unique among all cells.
func (c cell) name() string { return c.server.name + "/" + c.configuration.name }
