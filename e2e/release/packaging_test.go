//go:build e2e && linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/softstop/softstop/e2e/node/parts"
)

// krew is a program of krew's, at the version that is tried.
func krew(program string) string { return "sigs.k8s.io/krew/cmd/" + program + "@v0.4.3" }

// kustomize is the one that is tried: kubectl's does not run functions.
const kustomize = "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1"

// tool is this machine's people's tool, built as a release's, in a folder with its archive and the
// manifests for it.
func tool(t *testing.T) release {
	t.Helper()
	root, err := parts.Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := release{
		version: "v0.0.1", root: root, out: t.TempDir(), progress: os.Stderr, ships: []program{{"softstop", "linux", runtime.GOARCH}},
	}
	if err := r.programs(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// execute runs a program with environment variables beside its own, in a folder.
func execute(t *testing.T, folder string, env []string, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	t.Logf("$ %s %s\n%s", name, strings.Join(args, " "), out)
	return string(out), err
}

// TestKrew has krew judge its manifest, install from the archive, and run what it has installed;
// the licence is beside it.
func TestKrew(t *testing.T) {
	r := tool(t)
	for _, step := range []func() error{func() error { return r.archives(t.Context()) }, func() error { return r.recipes(t.Context()) }} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(r.out, "krew-softstop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	manifest, home := filepath.Join(t.TempDir(), "softstop.yaml"), t.TempDir()
	if err := os.WriteFile(manifest, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := execute(t, r.root, nil, "go", "run", krew("validate-krew-manifest"), "-manifest", manifest, "-skip-install"); err != nil {
		t.Fatal(err)
	}
	env := []string{"KREW_ROOT=" + home, "KREW_NO_UPGRADE_CHECK=1"}
	if _, err := execute(t, r.root, env, "go", "run", krew("krew"), "install", "--manifest", manifest, "--archive", filepath.Join(r.out, r.ships[0].archive())); err != nil {
		t.Fatal(err)
	}
	if said, err := execute(t, r.root, nil, filepath.Join(home, "bin/kubectl-softstop"), "version"); err != nil || !strings.Contains(said, r.version) {
		t.Errorf("%v: want %s", err, r.version)
	}
	if found, err := filepath.Glob(filepath.Join(home, "store/softstop/*/LICENSE")); err != nil || len(found) != 1 {
		t.Errorf("the licence is at %q: %v", found, err)
	}
}

// deployment is opted in, and its shell would not pass SIGTERM on.
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {softstop.dev/inject: "true"}
    spec:
      containers:
        - name: app
          image: registry.example/web:1
          command: [sh, -c, "server; echo done"]
`

// TestAround: kustomize's base, softstop inject as Helm's post-renderer and as kustomize's function, and softstop
// check as the GitHub action and as the hook of pre-commit, each with what is in packaging.
func TestAround(t *testing.T) {
	r := tool(t)
	bin := t.TempDir()
	if err := os.Symlink(r.native("softstop"), filepath.Join(bin, "softstop")); err != nil {
		t.Fatal(err)
	}
	path := []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
	write := func(t *testing.T, files map[string]string) string {
		folder := t.TempDir()
		for name, text := range files {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		return folder
	}
	const injected = "/softstop/softstop-init"
	t.Run("Helm", func(t *testing.T) {
		helm, err := parts.Build(t.Context(), parts.Helm(), os.Stderr)
		if err != nil {
			t.Fatal(err)
		}
		folder := write(t, map[string]string{"Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "templates/web.yaml": deployment})
		home := t.TempDir()
		env := append(path, "HELM_DATA_HOME="+home, "HELM_CONFIG_HOME="+home, "HELM_CACHE_HOME="+home)
		helmRuns := func(args ...string) string {
			said, err := execute(t, r.root, env, filepath.Join(helm, "helm"), args...)
			if err != nil {
				t.Fatal(err)
			}
			return said
		}
		helmRuns("plugin", "install", "packaging/helm-post-renderer")
		if said := helmRuns("template", "web", folder, "--post-renderer", "softstop"); !strings.Contains(said, injected) {
			t.Error("it is not injected")
		}
	})
	t.Run("kustomize", func(t *testing.T) {
		files := map[string]string{"web.yaml": deployment, "kustomization.yaml": "resources: [web.yaml]\ntransformers: [softstop.yaml]\n"}
		for _, name := range []string{"softstop.yaml", "softstop.sh"} {
			text, err := os.ReadFile(filepath.Join(r.root, "packaging/kustomize", name))
			if err != nil {
				t.Fatal(err)
			}
			files[name] = string(text)
		}
		said, err := execute(t, r.root, path, "go", "run", kustomize, "build", "--enable-alpha-plugins", "--enable-exec", write(t, files))
		if err != nil || !strings.Contains(said, injected) {
			t.Errorf("%v: it is not injected", err)
		}
	})
	t.Run("kustomize base", func(t *testing.T) {
		said, err := execute(t, r.root, path, "go", "run", kustomize, "build", "packaging/kustomize/base")
		if err != nil || !strings.Contains(said, "kind: MutatingWebhookConfiguration") || strings.Contains(said, "Helm") {
			t.Errorf("%v: it is not the chart", err)
		}
	})
	t.Run("action", func(t *testing.T) {
		folder := write(t, map[string]string{"deploy/web.yaml": strings.Replace(deployment, `inject: "true"`, `inject: "false"`, 1)})
		env := append(path, "SOFTSTOP=softstop", "FILES=deploy\n", "OUTPUT=sarif", "OUTPUT_FILE=found.sarif", "ARGS=--disable=no-drain\n")
		_, err := execute(t, folder, env, "bash", filepath.Join(r.root, "packaging/action.sh"))
		text, _ := os.ReadFile(filepath.Join(folder, "found.sarif"))
		if err == nil || !strings.Contains(string(text), "shell-as-pid1") {
			t.Errorf("%v, want it to fail for shell-as-pid1:\n%s", err, text)
		}
	})
	t.Run("pre-commit", func(t *testing.T) {
		text, err := os.ReadFile(filepath.Join(r.root, ".pre-commit-hooks.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var hooks []struct {
			ID, Language, Entry string
			Files               string
		}
		if err := yaml.Unmarshal(text, &hooks); err != nil || len(hooks) != 2 {
			t.Fatalf("%d hooks: %v", len(hooks), err)
		}
		folder := write(t, map[string]string{"web.yaml": deployment})
		for _, hook := range hooks {
			// What is before the arguments is an image whose program is softstop, or softstop
			// itself.
			_, arguments, _ := strings.Cut(hook.Entry, " ")
			if _, err := execute(t, folder, path, "sh", "-c", "softstop "+arguments); err != nil {
				t.Errorf("%s: %v", hook.ID, err)
			}
			if !regexp.MustCompile(hook.Files).MatchString("deploy/web.yaml") {
				t.Errorf("%s does not look at deploy/web.yaml", hook.ID)
			}
		}
	})
}
