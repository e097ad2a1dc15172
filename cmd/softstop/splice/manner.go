package splice

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// inMannerOf writes value as old, which it replaces, is written: quotes stay quotes, and
// a number in hexadecimal stays one. So who replaces it again with what was there before
// gets back the text that was there before.
func inMannerOf(old, value *yaml.Node) {
	if old.Kind != yaml.ScalarNode || value.Kind != yaml.ScalarNode || old.Tag != value.Tag {
		return
	}
	switch old.Tag {
	case "!!str":
		const quotes = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle
		if old.Style&quotes != 0 {
			value.Style = old.Style & quotes
		}
	case "!!int":
		if was, err := strconv.ParseInt(value.Value, 10, 64); err == nil {
			value.Value = numberLike(old.Value, was)
		}
	}
}

// numberLike returns n in the base of text, with its prefix, its letters' case and as many
// digits; in decimal if text has another form, such as one with underscores.
func numberLike(text string, n int64) string {
	for _, base := range []int{16, 8, 2} {
		prefix := map[int]string{16: "0x", 8: "0o", 2: "0b"}[base]
		for _, prefix := range []string{prefix, "0"} {
			digits, is := strings.CutPrefix(text, prefix)
			if !is || digits == "" || prefix == "0" && base != 8 {
				continue
			}
			format := func(n int64) string {
				number := strconv.FormatInt(n, base)
				if digits != strings.ToLower(digits) {
					number = strings.ToUpper(number)
				}
				if digits[0] == '0' {
					number = strings.Repeat("0", max(0, len(digits)-len(number))) + number
				}
				return prefix + number
			}
			if old, err := strconv.ParseInt(digits, base, 64); err == nil && n >= 0 && format(old) == text {
				return format(n)
			}
		}
	}
	return strconv.FormatInt(n, 10)
}
