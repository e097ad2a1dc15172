//go:build linux

package node

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
)

//go:embed conf
var confFiles embed.FS

// user is one client of the API server, known by its token.
type user struct {
	name, group, token string
}

// users are the clients: people, and each component under the name that Kubernetes' own roles are bound to.
func users() []user {
	list := []user{
		{name: "admin", group: "system:masters"},
		{name: "system:kube-controller-manager"},
		{name: "system:kube-scheduler"},
		{name: "system:kube-proxy"},
		{name: "system:node:" + Hostname, group: "system:nodes"},
	}
	for i := range list {
		list[i].token = randomToken()
	}
	return list
}

func randomToken() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // documented never to fail
	return hex.EncodeToString(b)
}

// config is what the files in conf are filled in with.
type config struct {
	State, Cgroup, IP, API, PodRange, RuntimeSocket, Pause, Registry, Password string
	Name, User, Token                                                          string
}

func (s spec) config() config {
	return config{
		State: s.State, Cgroup: s.cgroup(), IP: nodeIP, API: apiAddress, PodRange: podRange,
		RuntimeSocket: runtimeSocket, Pause: pauseImage, Password: base64.StdEncoding.EncodeToString([]byte(privateUser + ":" + privatePassword)), Name: "softstop-" + s.Name,
	}
}

// registry is the folder that tells containerd how to reach a registry.
func (s spec) registry(address string) string { return filepath.Join(s.conf(), "registries", address) }

// kubeconfigOf is where a user's kubeconfig is; the admin's is for people.
func (s spec) kubeconfigOf(name string) string {
	if name == "admin" {
		return s.kubeconfig()
	}
	return filepath.Join(s.conf(), name+".kubeconfig")
}

// writeConf writes every file the components read.
func writeConf(s spec, users []user) error {
	for _, dir := range []string{s.pki(), s.conf() + "/cni", s.registry(registryAddress), s.registry(privateAddress), s.State + "/kubelet", s.State + "/volumeplugins", s.State + "/tmp"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	c := s.config()
	for from, to := range map[string]string{
		"kubelet.yaml":     s.conf() + "/kubelet.yaml",
		"containerd.toml":  s.conf() + "/containerd.toml",
		"network.conflist": s.conf() + "/cni/10-pods.conflist",
	} {
		if err := render(from, to, c); err != nil {
			return err
		}
	}
	for _, c.Registry = range []string{registryAddress, privateAddress} {
		if err := render("registry.toml", s.registry(c.Registry)+"/hosts.toml", c); err != nil {
			return err
		}
	}
	// The kubelet looks for it in its own folder; it has the password of the last, the private one.
	if err := render("passwords.json", s.State+"/kubelet/config.json", c); err != nil {
		return err
	}
	var tokens bytes.Buffer
	for i, u := range users {
		c.User, c.Token = u.name, u.token
		if err := render("kubeconfig.yaml", s.kubeconfigOf(u.name), c); err != nil {
			return err
		}
		fmt.Fprintf(&tokens, "%s,%s,%d,%q\n", u.token, u.name, i, u.group)
	}
	if err := os.WriteFile(s.conf()+"/resolv.conf", []byte("# no DNS in this node\n"), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(s.pki()+"/tokens.csv", tokens.Bytes(), 0o600); err != nil {
		return err
	}
	return writeKey(s.pki() + "/serviceaccounts.key")
}

func render(from, to string, c config) error {
	t, err := template.ParseFS(confFiles, "conf/"+from)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, c); err != nil {
		return fmt.Errorf("fill in %s: %w", from, err)
	}
	return os.WriteFile(to, b.Bytes(), 0o600)
}

// writeKey makes the key that signs service account tokens.
func writeKey(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
}
