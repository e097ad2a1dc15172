package lookup

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	corev1 "k8s.io/api/core/v1"
)

// credential is one way to ask a registry. The zero value is to ask without.
type credential struct {
	// pattern is what it is for: a host, which may have * for a label, and a path.
	pattern string
	auth    authn.AuthConfig
	// identity names it where the password alone does not: a helper's changes.
	identity string
}

// scope names the credential in cache keys, without giving it away.
func (c credential) scope() string {
	switch {
	case c.identity != "":
		return c.identity
	case c.auth == (authn.AuthConfig{}):
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{c.auth.Username, c.auth.Password, c.auth.IdentityToken, c.auth.RegistryToken}, "\x00")))
	return hex.EncodeToString(sum[:])
}

// parseSecret reads a Secret of type kubernetes.io/dockerconfigjson or dockercfg.
func parseSecret(data map[string][]byte) ([]credential, error) {
	if config, found := data[corev1.DockerConfigJsonKey]; found {
		return parseConfig(config)
	}
	if config, found := data[corev1.DockerConfigKey]; found {
		return parseAuths(config)
	}
	return nil, fmt.Errorf("it has neither %s nor %s", corev1.DockerConfigJsonKey, corev1.DockerConfigKey)
}

// parseConfig reads a Docker config file.
func parseConfig(data []byte) ([]credential, error) {
	var file struct {
		Auths json.RawMessage `json:"auths"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("read Docker configuration: %w", err)
	}
	return parseAuths(file.Auths)
}

// maxEntries bounds the registries of one Secret. An entry of eight bytes becomes two hundred in
// memory.
const maxEntries = 100

func parseAuths(data []byte) ([]credential, error) {
	var credentials []credential
	err := eachEntry(data, func(pattern string, auth authn.AuthConfig) error {
		if len(credentials) == maxEntries {
			return fmt.Errorf("it has more than %d registries", maxEntries)
		}
		credentials = append(credentials, credential{pattern: normal(pattern), auth: auth})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read Docker credentials: %w", err)
	}
	slices.SortFunc(credentials, func(a, b credential) int { return cmp.Compare(a.pattern, b.pattern) })
	return credentials, nil
}

// eachEntry reads the entries of a JSON object one by one.
func eachEntry(data []byte, do func(key string, auth authn.AuthConfig) error) error {
	if text := bytes.TrimSpace(data); len(text) == 0 || string(text) == "null" {
		return nil
	}
	text := json.NewDecoder(bytes.NewReader(data))
	if open, err := text.Token(); err != nil || open != json.Delim('{') {
		return errors.Join(errors.New("it is no object"), err)
	}
	for text.More() {
		key, err := text.Token()
		if err != nil {
			return err
		}
		var auth authn.AuthConfig
		if err := text.Decode(&auth); err != nil {
			return err
		}
		if err := do(fmt.Sprint(key), auth); err != nil {
			return err
		}
	}
	_, err := text.Token()
	return err
}

// normal brings the keys that people and tools write into the form host[/path].
func normal(pattern string) string {
	pattern = strings.TrimPrefix(strings.TrimPrefix(pattern, "https://"), "http://")
	host, rest, _ := strings.Cut(strings.TrimRight(pattern, "/"), "/")
	if rest == "v1" || rest == "v2" { // the API's path, not an image's
		rest = ""
	}
	if host == "docker.io" || host == "registry-1.docker.io" {
		host = name.DefaultRegistry
	}
	return strings.TrimSuffix(host+"/"+rest, "/")
}

// maxCredentials bounds how often one registry is asked for one image: a pull secret may
// have thousands, and all pods share the host's gate.
const maxCredentials = 8

// matching returns the credentials for repository, the most specific path first; of
// equally specific ones the first given; maxCredentials at most. Asking without comes last.
func matching(credentials []credential, repository name.Repository) []credential {
	image := repository.RegistryStr() + "/" + repository.RepositoryStr()
	var found []credential
	seen := map[string]bool{"": true}
	for _, c := range credentials {
		if c.matches(image) && !seen[c.scope()] {
			seen[c.scope()] = true
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b credential) int {
		return cmp.Compare(strings.Count(b.pattern, "/"), strings.Count(a.pattern, "/"))
	})
	return append(found[:min(len(found), maxCredentials)], credential{})
}

// matches reports whether the credential is for image, host/path, by the kubelet's
// rules: * stands for one label of the host, a path is a prefix by whole elements.
func (c credential) matches(image string) bool {
	patternHost, patternPath, _ := strings.Cut(c.pattern, "/")
	host, imagePath, _ := strings.Cut(image, "/")
	if patternPath != "" && imagePath != patternPath && !strings.HasPrefix(imagePath, patternPath+"/") {
		return false
	}
	want, have := strings.Split(patternHost, "."), strings.Split(host, ".")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if ok, err := path.Match(want[i], have[i]); err != nil || !ok {
			return false
		}
	}
	return true
}
