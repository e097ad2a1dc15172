//go:build e2e && linux

package suite

import (
	"context"
	"io"
	"log"
	"maps"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/e2e/demo/images"
	"github.com/softstop/softstop/e2e/demo/stage"
	"github.com/softstop/softstop/e2e/node"
	"github.com/softstop/softstop/e2e/node/image"
)

// nodeCarrier runs the cases of the folder pods once more, with the init put into them by the node: no
// registry is asked, and nothing is added to a pod.
func (s *suite) nodeCarrier(t *testing.T) {
	s.serveImages(t)
	s.servePrivate(t)
	s.serveLater(t)
	stranger := s.strangerSpec(t)
	scanned := s.namespace(t, "node-scan", nil)
	s.planned(t, scanned, "missed")
	s.install(t, append(stage.NodeCarrier(), "--set-json", `config.defaults={"carrier":"node"}`, "--set", "config.registry.enabled=false")...)
	eventually(t, func(ctx context.Context) error { return s.DecidesFor(ctx, config.CarrierNode) })
	cases, err := podCases("pods", s.Node)
	if err != nil {
		t.Fatal(err)
	}
	own, err := podCases("nodepods", s.Node)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("pods", func(t *testing.T) {
		for _, c := range append(cases, own...) {
			if c.asksForCarrier() {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c.name, c.want = "node-"+c.name, c.want.onNode()
				// A node whose processors are all busy may seem to have no plugin for a moment.
				eventually(t, func(ctx context.Context) error { return s.DecidesFor(ctx, config.CarrierNode) })
				s.pod(t, c)
			})
		}
	})
	if again := s.strangerSpec(t); again != stranger {
		t.Errorf("the plugin has changed a pod that nobody opted in, from\n%s\nto\n%s", stranger, again)
	}
	t.Run("scan", func(t *testing.T) { s.nodeScan(t, scanned, "missed") })
	t.Run("faults", s.nodeFaults)
	t.Run("uninstalled", s.nodeUninstalled)
}

// servePrivate starts a registry that wants the password that only the kubelet has, and puts images into
// both whose command nobody but the node sees.
func (s *suite) servePrivate(t *testing.T) {
	t.Helper()
	address, user, password := s.Node.Private()
	open := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	s.serve(t, address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != user || p != password {
			refuse(http.StatusUnauthorized)(w, r)
			return
		}
		open.ServeHTTP(w, r)
	}))
	app, err := images.MakeApp(t.Context(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	shell := &v1.Config{Entrypoint: []string{"/bin/sh", "-c", "/app --name=private --cleanup=1s; echo ended"}}
	s.pushTo(t, address, &authn.Basic{Username: user, Password: password}, "shell:1", app, shell)
	if err := node.InstallPackages(t.Context(), os.Stderr, "busybox-static", "tini"); err != nil {
		t.Fatal(err)
	}
	tini, err := images.Pack("tini.tar", image.Image{
		Name: "tini:1", Files: append(images.Busybox(), image.File{From: "/usr/bin/tini-static", To: "/sbin/tini"}),
		Entrypoint: []string{"/sbin/tini", "--"}, Cmd: []string{"/bin/sh", "-c", "echo process 1 is $(busybox cat /proc/1/comm)"},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.push(t, "tini:1", tini, nil)
}

// asksForCarrier reports whether the case is about another carrier.
func (c podCase) asksForCarrier() bool {
	return slices.ContainsFunc(c.objects, func(o *unstructured.Unstructured) bool {
		_, asks := o.GetAnnotations()[config.Prefix+string(config.FieldCarrier)]
		return asks
	})
}

// onNode is what must come true with the node's carrier: the same, but that the pod gets no init container, and that no
// image is unknown.
func (w want) onNode() want {
	w.InitContainers = slices.DeleteFunc(slices.Clone(w.InitContainers), func(name string) bool { return name == "softstop-install" })
	if w.Carrier != "" {
		w.Carrier = string(config.CarrierNode)
	}
	if w.OnNode != nil {
		w.Log = maps.Clone(w.Log)
		w.Log["app"] = w.OnNode
	}
	return w
}
