//go:build linux

package main

import (
	"bytes"
	"runtime/debug"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
)

// TestBill holds a bill to what a program, this one, is made of: every module once, by its
// package URL, with its licence, and the standard library; and the same text twice.
func TestBill(t *testing.T) {
	info, ok := debug.ReadBuildInfo()
	if !ok || len(info.Deps) == 0 {
		t.Fatal("this program does not know what it is made of")
	}
	names := map[string][]string{}
	for _, dep := range info.Deps {
		names[dep.Path] = []string{"MIT"}
	}
	var texts [2]bytes.Buffer
	for i := range texts {
		if err := cyclonedx.NewBOMEncoder(&texts[i], cyclonedx.BOMFileFormatJSON).Encode(bill("test", "v1.2.3", info, names)); err != nil {
			t.Fatal(err)
		}
	}
	if texts[0].String() != texts[1].String() {
		t.Error("the same program has two bills")
	}
	var read cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(&texts[0], cyclonedx.BOMFileFormatJSON).Decode(&read); err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, c := range *read.Components {
		if listed[c.PackageURL] {
			t.Errorf("%s is listed twice", c.PackageURL)
		}
		listed[c.PackageURL] = true
		if c.Licenses == nil || len(*c.Licenses) == 0 {
			t.Errorf("%s has no licence", c.PackageURL)
		}
	}
	for _, dep := range info.Deps {
		if dep.Replace == nil && !listed["pkg:golang/"+dep.Path+"@"+dep.Version] {
			t.Errorf("%s %s is not listed", dep.Path, dep.Version)
		}
	}
	if len(listed) != len(info.Deps)+1 || read.Metadata.Component.Version != "v1.2.3" {
		t.Errorf("%d components for %d modules and the standard library, version %s", len(listed), len(info.Deps), read.Metadata.Component.Version)
	}
}
