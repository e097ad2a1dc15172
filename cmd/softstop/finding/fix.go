package finding

import (
	"encoding/json"
	"strings"

	"gomodules.xyz/jsonpatch/v2"

	"github.com/softstop/softstop/cmd/softstop/splice"
)

// with adds the fix as a part of the pod's spec.
func (f Finding) with(spec map[string]any) Finding {
	text, err := splice.YAML(map[string]any{"spec": spec})
	if err == nil {
		f.YAML = text
	}
	return f
}

// repairs adds the operation that carries the fix out.
func (f Finding) repairs(operation, path string, value any) Finding {
	f.Repair = append(f.Repair, jsonpatch.NewOperation(operation, path, plain(value)))
	return f
}

// plain is a value as JSON has it.
func plain(value any) (same any) {
	text, err := json.Marshal(value)
	if err != nil || json.Unmarshal(text, &same) != nil {
		return value
	}
	return same
}

// inContainer is the part of a spec that sets fields of one container; at is where it stands.
func inContainer(at []string, name string, fields map[string]any) map[string]any {
	fields["name"] = name
	return map[string]any{at[1]: []any{fields}}
}

// pointer is a JSON pointer into the pod.
func pointer(at []string, more ...string) string {
	return "/" + strings.Join(append(append([]string(nil), at...), more...), "/")
}
