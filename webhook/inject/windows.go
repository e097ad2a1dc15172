package inject

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// looksLikeWindows reports whether a pod that does not say so runs on Windows all the same: by its
// RuntimeClass, which will choose the nodes, or by an image or a program that only Windows can run.
// In a cluster the node selector mostly says it; of a manifest nobody could tell otherwise.
func looksLikeWindows(spec *corev1.PodSpec) bool {
	if spec.OS != nil || spec.NodeSelector[corev1.LabelOSStable] != "" {
		return false // it does say so
	}
	if class := spec.RuntimeClassName; class != nil && strings.Contains(strings.ToLower(*class), "windows") {
		return true
	}
	return slices.ContainsFunc(slices.Concat(spec.InitContainers, spec.Containers), func(c corev1.Container) bool {
		return isWindowsImage(c.Image) || isWindowsProgram(c.Command)
	})
}

// isWindowsImage reports whether an image's name says that it is one for Windows:
// mcr.microsoft.com/windows/servercore, web:1-nanoserver, web:ltsc2022, web:windows-amd64.
func isWindowsImage(image string) bool {
	image, _, _ = strings.Cut(strings.ToLower(image), "@")
	_, tag, _ := strings.Cut(image[strings.LastIndexByte(image, '/')+1:], ":")
	says := func(word string) bool { return strings.Contains(tag, word) }
	return strings.HasPrefix(image, "mcr.microsoft.com/windows/") || slices.ContainsFunc([]string{
		"nanoserver", "servercore", "ltsc20", "windows-amd64", "windows-arm64", "windows-1", "windows1", "windows-20", "windows20",
	}, says)
}

// isWindowsProgram reports whether a command is one of Windows: app.exe, C:\app, cmd /c,
// powershell.
func isWindowsProgram(command []string) bool {
	if len(command) == 0 {
		return false
	}
	name := strings.ToLower(path.Base(command[0]))
	switch {
	case strings.HasSuffix(name, ".exe"), strings.Contains(name, `:\`), name == "powershell":
		return true
	case name == "cmd" && len(command) > 1:
		return strings.EqualFold(command[1], "/c") || strings.EqualFold(command[1], "/s")
	}
	return false
}
