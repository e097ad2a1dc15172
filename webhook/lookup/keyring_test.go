package lookup

import (
	"fmt"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// TestMatching holds hard pod 15: the most specific path first, then the others, then
// none at all; patterns as the kubelet reads them.
func TestMatching(t *testing.T) {
	repository := func(image string) name.Repository {
		parsed, err := name.NewRepository(image)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for image, want := range map[string]string{
		"registry.example/team/web": "team host ", "registry.example/teams/web": "host ", "registry.example/team": "team host ",
		"a.registry.example/x": "star ", "a.b.registry.example/x": "", "library/nginx": "hub ", "registry.example:5000/x": "",
	} {
		credentials, err := parseConfig([]byte(`{"auths":{
			"https://registry.example/v2/":{"username":"host"},"registry.example/team":{"username":"team"},
			"*.registry.example":{"username":"star"},"docker.io":{"username":"hub"},"other.example":{"username":"other"}}}`))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range matching(credentials, repository(image)) {
			got += c.auth.Username + " "
		}
		if got != want+" " {
			t.Errorf("%s: got %q, want %q", image, got, want+" ")
		}
	}
}

// TestBounds: one pod's pull secrets do not use up the host's questions for all.
func TestBounds(t *testing.T) {
	repository, err := name.NewRepository("registry.example/web")
	if err != nil {
		t.Fatal(err)
	}
	var all []credential
	for i := range 1000 {
		all = append(all, credential{pattern: "registry.example", auth: authn.AuthConfig{Username: fmt.Sprint(i)}})
	}
	if got := matching(all, repository); len(got) != maxCredentials+1 || got[maxCredentials] != (credential{}) {
		t.Errorf("%d credentials, the last %+v", len(got), got[len(got)-1])
	}
}
