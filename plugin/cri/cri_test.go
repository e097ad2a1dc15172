package cri

import "testing"

func TestStopSignal(t *testing.T) {
	for name, c := range map[string]struct {
		info, want string
		fails      bool
	}{
		"containerd": {`{"chainID":"sha256:0","imageSpec":{"architecture":"amd64","os":"linux","config":{"Entrypoint":["/entry"],"StopSignal":"SIGQUIT"},"rootfs":{"type":"layers","diff_ids":[]}}}`, "SIGQUIT", false},
		"CRI-O":      {`{"labels":{},"imageSpec":{"config":{"Cmd":["/app"],"StopSignal":"3"}}}`, "3", false},
		"none named": {`{"imageSpec":{"config":{"Cmd":["/app"]}}}`, "", false},
		"no config":  {`{"imageSpec":{}}`, "", false},
		"no image":   {`{}`, "", true},
		"nothing":    {``, "", true},
		"a list":     {`[]`, "", true},
	} {
		got, err := stopSignal(c.info)
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%s: %q (%v)", name, got, err)
		}
	}
}

func FuzzStopSignal(f *testing.F) {
	f.Add(`{"imageSpec":{"config":{"StopSignal":"SIGQUIT"}}}`)
	f.Fuzz(func(t *testing.T, info string) {
		if signal, err := stopSignal(info); err != nil && signal != "" {
			t.Errorf("%q with %v", signal, err)
		}
	})
}

// A runtime that is not there is an error, soon.
func TestNobody(t *testing.T) {
	images, err := Open(t.TempDir() + "/none.sock")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := images.StopSignal(t.Context(), "web:1"); err == nil {
		t.Error("no error")
	}
}
