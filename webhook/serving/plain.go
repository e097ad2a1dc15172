package serving

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// passersBy is for those who ask for health and metrics: a kubelet, one after the other, and a few
// that collect. They are asked for nothing, and a NetworkPolicy can keep nobody from the port of
// the probes.
func passersBy() crowd { return crowd{all: 256, perAddress: 32, assured: 8} }

// plainTime bounds a request over plain HTTP, and its answer, to somebody who may not read it.
const plainTime = 15 * time.Second

// Plain returns a server over plain HTTP for the manager, with bounds on connections and time,
// which controller-runtime's own for probes and metrics do not have. It listens already.
func Plain(ctx context.Context, name, address string, handler http.Handler, shutdown time.Duration) (*manager.Server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", name, err)
	}
	return &manager.Server{
		Name: name, Listener: newCounted(listener, passersBy()), ShutdownTimeout: &shutdown,
		Server: &http.Server{
			Handler: handler, ReadTimeout: plainTime, WriteTimeout: plainTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
			ErrorLog: clientLog(log.FromContext(ctx).WithName(name).V(1).Info),
		},
	}, nil
}
