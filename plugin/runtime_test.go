package plugin

import "testing"

func TestSupports(t *testing.T) {
	for name, c := range map[string]struct {
		runtime, version string
		want             bool
	}{
		"the first containerd":  {"containerd", "v2.2.0", true},
		"a later one":           {"containerd", "v2.4.2", true},
		"a beta of it":          {"containerd", "v2.2.0-beta.1", true},
		"an older one":          {"containerd", "v2.1.9", false},
		"the first CRI-O":       {"cri-o", "1.34.0", true},
		"an older one, too":     {"cri-o", "1.33.4", false},
		"a version of a vendor": {"containerd", "2.3.1+ds1-2", true},
		"no version":            {"containerd", "unknown", false},
		"another runtime":       {"podman", "9.9.9", false},
	} {
		if err := Supports(c.runtime, c.version); (err == nil) != c.want {
			t.Errorf("%s: %s %s: %v", name, c.runtime, c.version, err)
		}
	}
}
