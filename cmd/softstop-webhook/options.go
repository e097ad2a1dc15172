package main

import (
	"errors"
	"flag"
	"fmt"
	"time"

	"github.com/softstop/softstop/webhook/serving"
)

// options are the flags.
type options struct {
	config        string        // the configuration file
	namespace     string        // of the Service and the Secret
	service       string        // what the API server calls
	secret        string        // where the certificates are kept
	configuration string        // the MutatingWebhookConfiguration
	rotation      time.Duration // of the own certificates
	host          string        // what the API server calls, if not the Service
	port          int           // of the webhook
	metrics       string        // address
	probes        string        // address
	lameDuck      time.Duration // how long to go on answering after SIGTERM
	logLevel      string
	showVersion   bool
}

// hosts are the names for the serving certificate.
func (o options) hosts() []string {
	if o.host != "" {
		return []string{o.host}
	}
	return []string{o.service + "." + o.namespace + ".svc", o.service + "." + o.namespace}
}

// lameDuck covers the time until every API server has heard that this replica's
// endpoint is gone.
const lameDuck = 5 * time.Second

func parseFlags(program string, args []string) options {
	var o options
	flags := flag.NewFlagSet(program, flag.ExitOnError)
	flags.StringVar(&o.config, "config", "/etc/softstop/config.yaml", "configuration `file`")
	flags.StringVar(&o.namespace, "namespace", "softstop", "`namespace` of the webhook's own Service and Secret")
	flags.StringVar(&o.service, "service", "softstop-webhook", "`name` of the webhook's Service")
	flags.StringVar(&o.secret, "secret", "softstop-webhook-tls", "`name` of the Secret that keeps the certificates")
	flags.StringVar(&o.configuration, "webhook-configuration", "softstop", "`name` of the MutatingWebhookConfiguration")
	flags.DurationVar(&o.rotation, "certificate-rotation", serving.DefaultRotation,
		"how often the webhook replaces its own authority and certificate, at least 1s; each is valid three times as `long`")
	flags.StringVar(&o.host, "host", "", "`name` the API server calls when the webhook runs outside the cluster and the configuration has a URL")
	flags.IntVar(&o.port, "port", 9443, "`port` of the webhook")
	flags.StringVar(&o.metrics, "metrics-address", ":8080", "`address` of the metrics; 0 for none")
	flags.StringVar(&o.probes, "probe-address", ":8081", "`address` of healthz and readyz")
	flags.DurationVar(&o.lameDuck, "lame-duck", lameDuck, "how long to go on answering after SIGTERM")
	flags.StringVar(&o.logLevel, "log-level", "info", "debug, info or error")
	flags.BoolVar(&o.showVersion, "version", false, "print the version")
	_ = flags.Parse(args) // exits on error
	return o
}

// check returns what is wrong with the flags, all of it.
func (o options) check() error {
	var errs []error
	if o.rotation < serving.MinRotation {
		errs = append(errs, fmt.Errorf("--certificate-rotation: %s must be at least %s", o.rotation, serving.MinRotation))
	}
	return errors.Join(errs...)
}
