package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
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
	certificates  string        // folder with a certificate that others make
	tlsVersion    uint16        // the oldest
	clientCA      string        // file
	clientNames   []string
	events        bool
	stopReports   bool
	plugins       bool
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

// clients are who may call, where that is asked.
func (o options) clients() serving.Clients {
	return serving.Clients{CAFile: o.clientCA, Names: o.clientNames}
}

// lameDuck covers the time until every API server has heard that this replica's
// endpoint is gone.
const lameDuck = 5 * time.Second

// parseFlags reads the command line. help is the text about the flags.
func parseFlags(args []string) (o options, help string, err error) {
	var usage strings.Builder
	flags := flag.NewFlagSet("softstop-webhook", flag.ContinueOnError)
	flags.SetOutput(&usage)
	o.define(flags)
	flags.Usage = func() {}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		flags.PrintDefaults()
		return o, "softstop-webhook [flags]\n" + usage.String(), nil
	case err != nil:
		return o, "", fmt.Errorf("%w; softstop-webhook --help lists the flags", err)
	case flags.NArg() > 0:
		return o, "", fmt.Errorf("argument %q is not understood: softstop-webhook takes flags only", flags.Arg(0))
	}
	return o, "", o.check()
}

// define declares the flags.
func (o *options) define(flags *flag.FlagSet) {
	flags.StringVar(&o.config, "config", "/etc/softstop/config.yaml", "configuration `file`")
	flags.StringVar(&o.namespace, "namespace", "softstop", "`namespace` of the webhook's own Service and Secret")
	flags.StringVar(&o.service, "service", "softstop-webhook", "`name` of the webhook's Service")
	flags.StringVar(&o.secret, "secret", "softstop-webhook-tls", "`name` of the Secret that keeps the certificates")
	flags.StringVar(&o.configuration, "webhook-configuration", "softstop", "`name` of the MutatingWebhookConfiguration")
	o.rotation, o.lameDuck, o.tlsVersion = serving.DefaultRotation, lameDuck, tls.VersionTLS13
	flags.Func("certificate-rotation", "how often the webhook replaces its own authority and certificate, at least 1s; each is valid three times as `long` (default 720h)",
		atLeast(&o.rotation, serving.MinRotation))
	flags.StringVar(&o.certificates, "certificate-folder", "", "`folder` with tls.crt and tls.key that somebody else renews, instead of own certificates")
	flags.Func("tls-min-version", "the oldest TLS `version` to speak, 1.3 or 1.2 (default 1.3)", o.setTLSVersion)
	flags.StringVar(&o.clientCA, "client-ca", "", "`file` with the authorities, in PEM, of the certificate that the API server must show")
	flags.Func("client-names", "common names or DNS `names` of which that certificate must have one, separated by commas; empty allows all", func(text string) error {
		o.clientNames = strings.Split(text, ",")
		return nil
	})
	flags.BoolVar(&o.events, "events", true, "write events to the owners of pods that are left alone although they were to be injected, whose values do not hold, or whose stop had to be forced")
	flags.BoolVar(&o.stopReports, "stop-reports", false, "watch injected pods and count how their containers stop")
	flags.BoolVar(&o.plugins, "node-plugins", false, "watch the pods of softstop-node in the namespace, so that pods may get the init from them")
	flags.StringVar(&o.host, "host", "", "`name` the API server calls when the webhook runs outside the cluster and the configuration has a URL")
	flags.IntVar(&o.port, "port", 9443, "`port` of the webhook")
	flags.StringVar(&o.metrics, "metrics-address", ":8080", "`address` of the metrics; 0 for none")
	flags.StringVar(&o.probes, "probe-address", ":8081", "`address` of healthz and readyz")
	flags.Func("lame-duck", "how `long` to go on answering after SIGTERM (default 5s)", atLeast(&o.lameDuck, 0))
	flags.StringVar(&o.logLevel, "log-level", "info", "debug, info or error")
	flags.BoolVar(&o.showVersion, "version", false, "print the version")
}

// atLeast sets a duration that must not be shorter than least.
func atLeast(to *time.Duration, least time.Duration) func(string) error {
	return func(text string) error {
		d, err := time.ParseDuration(text)
		if err != nil || d < least {
			return fmt.Errorf("must be a duration such as 10s, at least %s", least)
		}
		*to = d
		return nil
	}
}

func (o *options) setTLSVersion(text string) error {
	switch text {
	case "1.3":
		o.tlsVersion = tls.VersionTLS13
	case "1.2":
		o.tlsVersion = tls.VersionTLS12
	default:
		return errors.New("must be 1.3 or 1.2")
	}
	return nil
}

// check returns what is wrong with the flags together, all of it.
func (o *options) check() error {
	var errs []error
	if o.port < 1 || o.port > 65535 {
		errs = append(errs, fmt.Errorf("--port %d: must be from 1 to 65535", o.port))
	}
	if !slices.Contains([]string{"debug", "info", "error"}, o.logLevel) {
		errs = append(errs, fmt.Errorf("--log-level %q: must be debug, info or error", o.logLevel))
	}
	if len(o.clientNames) > 0 && o.clientCA == "" {
		errs = append(errs, errors.New("--client-names: needs --client-ca"))
	}
	return errors.Join(errs...)
}
