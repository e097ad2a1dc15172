package serving

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log"
	ctrlwebhook "sigs.k8s.io/controller-runtime/pkg/webhook"
)

// reviewers is for those who send reviews. An API server calls over HTTP/1.1, one call at a time on
// each connection, and has up to 600 calls at once.
func reviewers() crowd { return crowd{all: 1600, perAddress: 800, assured: 32} }

const (
	// headerTime bounds the handshake and a request's header, idleTime what a connection waits for
	// the next request: as long as an API server keeps it.
	headerTime, idleTime = 15 * time.Second, 90 * time.Second
	// maxHeader is many times what an API server sends.
	maxHeader = 16 << 10
	// maxStreams bounds the requests at once on an HTTP/2 connection, and the buffers what is
	// received before anybody asks for it.
	maxStreams, streamBuffer, connectionBuffer = 32, 64 << 10, 256 << 10
)

// Server is controller-runtime's webhook server with bounds on what clients, who need not show who
// they are, can make it hold. That one has limits for its headers only, and no way to set others.
type Server struct {
	ctrlwebhook.Server
	// Port is where it listens, on all addresses.
	Port int
	// TLS configures it.
	TLS func(*tls.Config)
	// Shutdown is how long requests in flight may take once it is to end.
	Shutdown time.Duration

	mu      sync.Mutex
	started bool
}

// NewServer returns a server that does not listen yet.
func NewServer(port int, configure func(*tls.Config), shutdown time.Duration) *Server {
	return &Server{Server: ctrlwebhook.NewServer(ctrlwebhook.Options{}), Port: port, TLS: configure, Shutdown: shutdown}
}

// Start serves until ctx ends.
func (s *Server) Start(ctx context.Context) error {
	config := &tls.Config{NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12}
	s.TLS(config)
	plain, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+strconv.Itoa(s.Port))
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	served := s.server(log.FromContext(ctx).WithName("webhook").V(1).Info)
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Shutdown)
		defer cancel()
		ended <- served.Shutdown(bounded)
	}()
	s.mu.Lock()
	s.started = true
	s.mu.Unlock()
	if err := served.Serve(tls.NewListener(newCounted(plain, reviewers()), config)); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	if err := <-ended; err != nil {
		return fmt.Errorf("end what is in flight: %w", err)
	}
	return nil
}

// server is the HTTP server with its bounds. What it says of clients is for whoever looks for it:
// they decide how often it says that.
func (s *Server) server(said func(string, ...any)) *http.Server {
	return &http.Server{
		Handler: s.WebhookMux(), ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		HTTP2:    &http.HTTP2Config{MaxConcurrentStreams: maxStreams, MaxReceiveBufferPerStream: streamBuffer, MaxReceiveBufferPerConnection: connectionBuffer},
		ErrorLog: clientLog(said),
	}
}

// StartedChecker is healthy once the server listens.
func (s *Server) StartedChecker() healthz.Checker {
	return func(*http.Request) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.started {
			return errors.New("the webhook server has not been started yet")
		}
		return nil
	}
}
