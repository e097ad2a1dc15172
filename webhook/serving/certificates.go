package serving

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// Certificates is where the serving certificate comes from. It is a runnable of the
// manager, which keeps the certificate up to date.
type Certificates interface {
	manager.Runnable
	// Current returns the certificate to serve, or why there is none.
	Current() (*tls.Certificate, error)
}

// Configure makes a server show what c has, from the next connection on.
func Configure(server *tls.Config, c Certificates) {
	server.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.Current() }
}

// Ready returns a readiness check: it fails until there is a certificate that the API
// server trusts, and again should that one expire.
func Ready(c Certificates) func(*http.Request) error {
	return func(*http.Request) error {
		current, err := c.Current()
		if err != nil {
			return err
		}
		if expiry := current.Leaf.NotAfter; time.Now().After(expiry) {
			return fmt.Errorf("the serving certificate expired at %s", expiry)
		}
		return nil
	}
}

// RegisterMetrics registers when the certificate expires.
func RegisterMetrics(registry prometheus.Registerer, c Certificates) error {
	return registry.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "softstop_certificate_expiry_timestamp_seconds",
		Help: "When the certificate this replica serves expires, in seconds since 1970; 0 while it has none.",
	}, func() float64 {
		current, err := c.Current()
		if err != nil {
			return 0
		}
		return float64(current.Leaf.NotAfter.Unix())
	}))
}
