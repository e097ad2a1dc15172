package main

import (
	"strings"
	"testing"
	"time"
)

// TestFlags: a wrong flag is answered with its name, its value and what is allowed.
func TestFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--port=0":                              "--port 0: must be from 1 to 65535",
		"--port=https":                          `invalid value "https" for flag -port`,
		"--log-level=loud":                      `--log-level "loud": must be debug, info or error`,
		"--certificate-rotation=1ms":            `invalid value "1ms" for flag -certificate-rotation: must be a duration such as 10s, at least 1s`,
		"--lame-duck=-1s":                       `invalid value "-1s" for flag -lame-duck: must be a duration such as 10s, at least 0s`,
		"--lame-duck=soon":                      `"soon" for flag -lame-duck: must be a duration`,
		"--tls-min-version=1.1":                 `invalid value "1.1" for flag -tls-min-version: must be 1.3 or 1.2`,
		"--events=maybe":                        `invalid boolean value "maybe" for -events`,
		"--client-names=a":                      "--client-names: needs --client-ca",
		"--colour":                              "flag provided but not defined: -colour; softstop-webhook --help lists the flags",
		"injected":                              `argument "injected" is not understood`,
		"--port=0 --log-level=x --lame-duck=1s": "--port 0: must be from 1 to 65535\n--log-level \"x\"",
	} {
		if _, _, err := parseFlags(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: want %q, got %v", args, want, err)
		}
	}
	o, help, err := parseFlags([]string{"--lame-duck", "1m", "--tls-min-version=1.2"})
	if err != nil || help != "" || o.lameDuck != time.Minute || o.tlsVersion == 0 || o.rotation == 0 {
		t.Errorf("%+v, %q, %v", o, help, err)
	}
	if _, help, err := parseFlags([]string{"-h"}); err != nil || !strings.Contains(help, "-certificate-rotation long") {
		t.Errorf("%q, %v", help, err)
	}
}
