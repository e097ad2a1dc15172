package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// deployments writes n Deployments in one of the ways that people and tools do.
func deployments(style string, n int) []byte {
	var out bytes.Buffer
	switch style {
	case "YAML documents":
		for i := range n {
			fmt.Fprintf(&out, "---\n# number %d\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-%d\n  labels: {app: web}\nspec:\n  replicas: 2\n  selector:\n    matchLabels: {app: web}\n  template:\n"+
				"    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: app\n        image: registry.example/web:%d\n        command: [sh, -c, \"prepare; app --serve\"]\n        ports:\n        - containerPort: 8080\n"+
				"        env:\n        - name: LEVEL\n          value: info\n", i, i, i)
		}
	case "JSON in one line":
		out.WriteString(`{"apiVersion":"v1","kind":"List","items":[`)
		for i := range n {
			fmt.Fprintf(&out, `%s{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web-%d","labels":{"app":"web"}},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},`+
				`"spec":{"containers":[{"name":"app","image":"registry.example/web:%d","command":["sh","-c","prepare; app --serve"],"ports":[{"containerPort":8080}],"env":[{"name":"LEVEL","value":"info"}]}]}}}}`, strings.Repeat(",", min(i, 1)), i, i)
		}
		out.WriteString("]}\n")
	}
	return out.Bytes()
}

// BenchmarkSize shows how time and memory grow with what is read: a thousand workloads and their
// multiples. docs/cli.md has its table.
func BenchmarkSize(b *testing.B) {
	for _, name := range []string{"inject", "check"} {
		for _, style := range []string{"YAML documents", "JSON in one line"} {
			for _, times := range []int{1, 2, 4, 8} {
				b.Run(fmt.Sprintf("%s/%s/%d", name, style, times*250), func(b *testing.B) {
					data := deployments(style, times*250)
					file := filepath.Join(b.TempDir(), "all.yaml")
					if err := os.WriteFile(file, data, 0o600); err != nil {
						b.Fatal(err)
					}
					b.SetBytes(int64(len(data)))
					b.ReportAllocs()
					for b.Loop() {
						root := command("softstop")
						root.SetArgs([]string{name, "-f", file})
						root.SetOut(&bytes.Buffer{})
						root.SetErr(&bytes.Buffer{})
						// check finds something in all of them.
						if err := root.ExecuteContext(b.Context()); err != nil && name == "inject" {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
