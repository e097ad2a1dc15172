package licences

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/licenseclassifier/v2"
	"github.com/google/licenseclassifier/v2/assets"
)

// Module is one module of the product.
type Module struct {
	// Path and Version are as in go.mod.
	Path, Version string
	// Dir is where its files are.
	Dir string
}

// Acceptable returns the licences, by their SPDX names, that the product's modules may be under:
// permissive ones, and the Mozilla licence, which asks only for changes to its own files.
func Acceptable() []string {
	return []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0"}
}

// Modules lists what the packages are built from on the systems, such as linux, without the product
// itself.
func Modules(ctx context.Context, root string, packages []string, systems ...string) ([]Module, error) {
	found := map[string]Module{}
	for _, system := range systems {
		cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-deps", "-json=Module"}, packages...)...)
		cmd.Dir, cmd.Env = root, append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		var problems bytes.Buffer
		cmd.Stderr = &problems
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("list the modules of %s: %w: %s", strings.Join(packages, " "), err, problems.String())
		}
		if err := readModules(bytes.NewReader(out), found); err != nil {
			return nil, fmt.Errorf("read the modules of %s: %w", strings.Join(packages, " "), err)
		}
	}
	var modules []Module
	for _, m := range found {
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b Module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

// readModules adds the modules of go list's packages to found. The standard library's packages have
// none.
func readModules(from io.Reader, found map[string]Module) error {
	for packages := json.NewDecoder(from); ; {
		var p struct {
			Module *struct {
				Module
				Main bool
			}
		}
		err := packages.Decode(&p)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if p.Module != nil && !p.Module.Main {
			found[p.Module.Path] = p.Module.Module
		}
	}
}

// Reader reads licences.
type Reader struct{ classifier *classifier.Classifier }

// NewReader takes a second: it learns every licence there is.
func NewReader() (*Reader, error) {
	c, err := assets.DefaultClassifier()
	if err != nil {
		return nil, fmt.Errorf("learn the licences: %w", err)
	}
	return &Reader{classifier: c}, nil
}

// Of returns the SPDX names of the licences that lie at the root of a module, in order.
func (r *Reader) Of(m Module) ([]string, error) {
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return nil, fmt.Errorf("look for the licence of %s: %w", m.Path, err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() || !isLicence(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.Dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the licence of %s: %w", m.Path, err)
		}
		for _, match := range r.classifier.Match(text).Matches {
			if match.MatchType == "License" {
				names = append(names, match.Name)
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return nil, fmt.Errorf("%s %s has no licence that is known", m.Path, m.Version)
	}
	return names, nil
}

// isLicence tells by a file's name. Documentation, which nobody links, may have a licence of its
// own: LICENSE.docs.
func isLicence(file string) bool {
	file = strings.ToUpper(file)
	return !strings.HasSuffix(file, ".DOCS") && (strings.HasPrefix(file, "LICENSE") || strings.HasPrefix(file, "LICENCE") || strings.HasPrefix(file, "COPYING"))
}
