package config

import "strings"

// Nearest returns which of names somebody meant who wrote name; "" if that is not plain to see. Big
// letters, dashes and underlines do not count; else one letter is missing, too many or another one,
// or two are swapped; or a long beginning or end of the name was written, or more than the name.
//
//	Nearest("drian", fields) == "drain"
//	Nearest("terminationGracePeriod", keys) == "terminationGracePeriodSeconds"
func Nearest(name string, names []string) string {
	name = plain(name)
	for _, similar := range []func(a, b string) bool{
		func(a, b string) bool { return a == b },
		func(a, b string) bool { return min(len(a), len(b)) > 2 && oneSlip(a, b) },
		func(a, b string) bool { return len(a) > 4 && len(b) > 4 && (ends(a, b) || ends(b, a)) },
	} {
		for _, candidate := range names {
			if similar(name, plain(candidate)) {
				return candidate
			}
		}
	}
	return ""
}

// plain is name without what people write differently.
func plain(name string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return -1
		}
		return r
	}, name))
}

// oneSlip reports whether two different texts become the same if one letter is put in, taken out or
// changed, or two neighbours are swapped.
func oneSlip(a, b string) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	swapped := len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
	return swapped || len(a) <= 1 && len(b) <= 1
}

// ends reports whether long begins or ends with short.
func ends(long, short string) bool {
	return strings.HasPrefix(long, short) || strings.HasSuffix(long, short)
}
