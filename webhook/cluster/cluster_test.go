package cluster

import "testing"

func TestVersions(t *testing.T) {
	for version, want := range map[string]bool{
		"v1.36.3": true, "v1.36.0": true, "v1.37.0-alpha.1": true, "v1.36.1-vendor.1+abc": true, "v1.40.0": true,
		"v1.35.9": false, "1.9": false, "": false, "unknown": false,
	} {
		if got := allAtLeast([]string{"v1.99.0", version}, imageVolumesSince); got != want {
			t.Errorf("%q: got %t", version, got)
		}
	}
}

func TestRuntimes(t *testing.T) {
	for runtime, want := range map[string]bool{
		"containerd://2.4.2": true, "containerd://2.1.0": true, "cri-o://1.31.1": true, "containerd://v2.1.4": true,
		"containerd://1.7.28": false, "containerd://2.0.5": false, "docker://29.0.0": false, "": false, "containerd://": false,
	} {
		if got := runtimeHasImageVolumes(runtime); got != want {
			t.Errorf("%q: got %t", runtime, got)
		}
	}
}
