package silence

import (
	"fmt"
	"slices"
	"strings"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/config"
)

// Ignored reads the values of softstop.dev/ignore: names of findings with commas between them.
// unknown are the names that are none.
func Ignored(values ...string) (ids []finding.ID, unknown []string) {
	for _, value := range values {
		for _, name := range strings.Split(value, ",") {
			name = strings.TrimSpace(name)
			if name == "" {
				continue
			}
			if err := known(name); err != nil {
				unknown = append(unknown, name)
				continue
			}
			ids = append(ids, finding.ID(name))
		}
	}
	return ids, unknown
}

// UnknownIgnore is the finding of a name in softstop.dev/ignore that is no finding.
func UnknownIgnore(name string) finding.Finding {
	return finding.Problem(fmt.Sprintf("%s: %q is ignored: %s", config.IgnoreKey, name, known(name)))
}

// known returns an error with what is allowed if name is no finding.
func known(name string) error {
	names := Names()
	if slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("there is no finding %q; there are %s", name, strings.Join(names, ", "))
}

// Names returns the names of all findings.
func Names() (names []string) {
	for _, kind := range finding.Kinds() {
		names = append(names, string(kind.ID))
	}
	return names
}
