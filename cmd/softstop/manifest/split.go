package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
)

// split cuts data into documents. Put together again they are data.
func split(data []byte) [][]byte {
	if texts := splitJSON(data); texts != nil {
		return texts
	}
	return splitYAML(data)
}

// splitJSON cuts data behind every JSON object; nil if it is not made of these alone.
func splitJSON(data []byte) (texts [][]byte) {
	if trimmed := bytes.TrimSpace(data); len(trimmed) == 0 || trimmed[0] != '{' {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	at := 0
	for {
		var object json.RawMessage
		switch err := decoder.Decode(&object); {
		case errors.Is(err, io.EOF):
			if len(texts) > 0 { // the space at the end
				texts[len(texts)-1] = data[at-len(texts[len(texts)-1]):]
			}
			return texts
		case err != nil:
			return nil
		}
		end := int(decoder.InputOffset())
		texts = append(texts, data[at:end])
		at = end
	}
}

// splitYAML cuts data before the lines that start a document. What is only comments and
// directives before the first such line belongs to the document it starts.
func splitYAML(data []byte) [][]byte {
	var texts [][]byte
	at := 0
	for _, found := range regexp.MustCompile(`(?m)^---([ \t\r\n]|\z)`).FindAllIndex(data, -1) {
		if len(texts) > 0 || !onlyPreamble(data[at:found[0]]) {
			texts = append(texts, data[at:found[0]])
			at = found[0]
		}
	}
	return append(texts, data[at:])
}

func onlyPreamble(text []byte) bool {
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' && line[0] != '%' {
			return false
		}
	}
	return true
}
