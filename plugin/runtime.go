package plugin

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/version"
)

// since are the first versions of runtimes that let a plugin set a container's command line; older ones
// ignore it without a word.
func since() map[string]string { return map[string]string{"containerd": "2.2.0", "cri-o": "1.34.0"} }

// Supports returns nil if a runtime lets plugins set a container's command line, or why it does not.
func Supports(runtime, release string) error {
	least, known := since()[runtime]
	if !known {
		return fmt.Errorf("runtime %q is not known to let plugins set a command line: it must be containerd or cri-o", runtime)
	}
	parsed, err := version.ParseGeneric(release)
	if err != nil {
		return fmt.Errorf("version %q of %s cannot be read: %w", release, runtime, err)
	}
	if !parsed.AtLeast(version.MustParseGeneric(least)) {
		return fmt.Errorf("%s %s does not let plugins set a command line: it must be %s or newer", runtime, release, least)
	}
	return nil
}
