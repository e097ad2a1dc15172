package splice

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"
)

// anew writes the document again: with its comments and the order of its keys if the nodes say
// what is wanted, else from the data alone.
func (d *Document) anew(expected, want []byte) ([]byte, error) {
	if json.Valid(d.text) {
		return expected, nil
	}
	marker := ""
	if bytes.HasPrefix(d.text, []byte("---")) || bytes.Contains(d.text, []byte("\n---")) {
		marker = "---\n"
	}
	if !d.beyond {
		defer d.Forget()
		if err := d.applyAll(); err != nil {
			return nil, err
		}
		var out bytes.Buffer
		out.WriteString(marker)
		encoder := yaml.NewEncoder(&out)
		encoder.SetIndent(2)
		// An error leaves a text that does not mean what is wanted.
		_ = encoder.Encode(d.root)
		_ = encoder.Close()
		if means(out.Bytes(), want) {
			return out.Bytes(), nil
		}
	}
	block, err := sigsyaml.JSONToYAML(expected)
	if err != nil {
		return nil, fmt.Errorf("write the document anew: %w", err)
	}
	return append([]byte(marker), block...), nil
}
