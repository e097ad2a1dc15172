//go:build linux

package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"

	"github.com/softstop/softstop/e2e/release/licences"
)

// materials writes a bill of materials for each program.
func (r release) materials(ctx context.Context) error {
	modules, err := licences.Modules(ctx, r.root, []string{"./cmd/..."}, "linux")
	if err != nil {
		return err
	}
	reader, err := licences.NewReader()
	if err != nil {
		return err
	}
	names := map[string][]string{}
	for _, m := range modules {
		if names[m.Path], err = reader.Of(m); err != nil {
			return err
		}
	}
	for _, program := range allImages() {
		info, err := buildinfo.ReadFile(r.native(program))
		if err != nil {
			return fmt.Errorf("read what %s is made of: %w", program, err)
		}
		var text bytes.Buffer
		encoder := cyclonedx.NewBOMEncoder(&text, cyclonedx.BOMFileFormatJSON).SetPretty(true)
		if err := encoder.Encode(bill(program, r.version, info, names)); err != nil {
			return fmt.Errorf("write what %s is made of: %w", program, err)
		}
		if err := os.WriteFile(filepath.Join(r.out, program+".cdx.json"), text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintln(r.progress, "  wrote the bills of materials")
	return nil
}

// bill is a program's bill of materials. It has no time and no serial number: the same program has
// the same bill.
func bill(program, version string, info *buildinfo.BuildInfo, licences map[string][]string) *cyclonedx.BOM {
	main := component(info.Main.Path, version, []string{"Apache-2.0"})
	main.Type, main.Name = cyclonedx.ComponentTypeApplication, program
	// The standard library is what most findings are in.
	library := component("std", strings.TrimPrefix(info.GoVersion, "go"), []string{"BSD-3-Clause"})
	components := []cyclonedx.Component{library}
	uses := []string{library.BOMRef}
	for _, dep := range info.Deps {
		if dep.Replace != nil {
			dep = dep.Replace
		}
		c := component(dep.Path, dep.Version, licences[dep.Path])
		components, uses = append(components, c), append(uses, c.BOMRef)
	}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: &main}
	bom.Components = &components
	bom.Dependencies = &[]cyclonedx.Dependency{{Ref: main.BOMRef, Dependencies: &uses}}
	return bom
}

func component(path, version string, licences []string) cyclonedx.Component {
	var choices cyclonedx.Licenses
	for _, name := range licences {
		choices = append(choices, cyclonedx.LicenseChoice{License: &cyclonedx.License{ID: name}})
	}
	purl := "pkg:golang/" + path + "@" + version
	return cyclonedx.Component{
		Type: cyclonedx.ComponentTypeLibrary, Name: path, Version: version, BOMRef: purl, PackageURL: purl, Licenses: &choices,
	}
}
