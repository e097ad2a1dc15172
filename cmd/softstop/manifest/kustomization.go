package manifest

import (
	"path/filepath"
	"slices"

	"sigs.k8s.io/yaml"
)

// IsKustomization reports whether kustomize reads a file of that path as a kustomization.
func IsKustomization(path string) bool {
	return slices.Contains([]string{"kustomization.yaml", "kustomization.yml", "Kustomization"}, filepath.Base(path))
}

// Patches returns the paths of the files that the kustomization at path uses as patches.
func Patches(path string, data []byte) (files []string) {
	type file struct {
		Path string `json:"path"`
	}
	var k struct {
		Patches               []file   `json:"patches"`
		PatchesJSON6902       []file   `json:"patchesJson6902"`
		PatchesStrategicMerge []string `json:"patchesStrategicMerge"`
	}
	// A kustomization that cannot be read is reported where all files are.
	_ = yaml.Unmarshal(data, &k)
	for _, patch := range slices.Concat(k.Patches, k.PatchesJSON6902) {
		files = append(files, patch.Path)
	}
	files = append(files, k.PatchesStrategicMerge...) // or a patch itself, which is no file's name
	for i := range files {
		files[i] = filepath.Join(filepath.Dir(path), files[i])
	}
	return files
}

// Sift leaves out of a file that was found in a folder what is a patch: all of it if a
// kustomization says so, else the objects that do not say what they run.
func (f *File) Sift(isPatch bool) {
	if isPatch {
		f.Templates, f.objects = nil, 0
		f.Unread = []Unread{{Cause: Partial, File: f.Name, Text: "is a patch of a kustomization"}}
		return
	}
	f.Templates = slices.DeleteFunc(f.Templates, func(t Template) bool {
		if t.Partial {
			f.objects--
			f.report(t.document, Partial, t.document.Line(t.path...), t.Title()+" does not say what it runs, as in a patch")
		}
		return t.Partial
	})
}
