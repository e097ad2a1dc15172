package webhook

import "strings"

const (
	// spareBytes and perByte bound what decoding a pod allocates: so many bytes, and so
	// many for each byte of it.
	spareBytes, perByte = 512 << 10, 4
	// maxSaid is the longest text of somebody else's that is repeated in an error.
	maxSaid = 100
)

// short is text for an error or a log line: at most maxSaid bytes of it.
func short(text string) string {
	if len(text) <= maxSaid {
		return text
	}
	return strings.ToValidUTF8(text[:maxSaid], "") + "…"
}
