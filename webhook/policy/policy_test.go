package policy_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/policy"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden holds the policies of testdata: NAME-CARRIER.yaml is made from NAME.config.yaml. Whether
// they do what the webhook does is tried in e2e/apiserver, where they can be evaluated.
func TestGolden(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.config.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no input in testdata: %v", err)
	}
	for _, input := range inputs {
		c, err := config.Load(input)
		if err != nil {
			t.Fatal(err)
		}
		for _, carrier := range []config.Carrier{config.CarrierImage, config.CarrierNode} {
			got, err := policy.Write(c, policy.Options{Name: "softstop", Carrier: carrier, Version: "test"})
			if err != nil {
				t.Fatal(err)
			}
			file := strings.TrimSuffix(input, ".config.yaml") + "-" + string(carrier) + ".yaml"
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(file); err != nil || string(want) != got {
				t.Errorf("%s differs (%v); run with -update and look at the change:\n%s", file, err, got)
			}
		}
	}
}

// TestCarrier: the configuration's carrier holds, or what somebody asks for, if a policy can have it.
func TestCarrier(t *testing.T) {
	for _, c := range []struct {
		configured, asked, want config.Carrier
	}{
		{config.CarrierNode, "", config.CarrierNode},
		{config.CarrierImage, "", config.CarrierImage},
		{config.CarrierImage, config.CarrierNode, config.CarrierNode},
		{config.CarrierAuto, config.CarrierImage, config.CarrierImage},
		{config.CarrierAuto, "", ""},
		{config.CarrierEmptyDir, "", ""},
		{config.CarrierImage, config.CarrierEmptyDir, ""},
	} {
		settings := config.Default()
		settings.Defaults.All.Carrier = config.Setting[config.Carrier]{Value: c.configured, Source: config.SourceConfig}
		got, err := policy.Write(settings, policy.Options{Name: "softstop", Carrier: c.asked, Version: "test"})
		if (err != nil) != (c.want == "") || err == nil && !strings.Contains(got, `\"carrier\":\"`+string(c.want)+`\"`) {
			t.Errorf("configured %q, asked for %q: %v, want %q", c.configured, c.asked, err, c.want)
		}
	}
}
