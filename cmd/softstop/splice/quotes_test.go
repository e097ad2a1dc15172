package splice

import "testing"

// TestQuotes holds that quotes says the same as the encoder, where it says something: of all short
// words, and of command lines.
func TestQuotes(t *testing.T) {
	known := 0
	try := func(text string) {
		style, ok := quotes(text)
		if !ok {
			return
		}
		known++
		node, err := scalar(text)
		if err != nil || node.Style != style || node.Value != text {
			t.Errorf("%q: style %v, the encoder's is %v (%v)", text, style, node.Style, err)
		}
	}
	const letters = "aEynof-10.~;&|$()=/ "
	for _, a := range letters {
		for _, b := range letters {
			try(string(a) + string(b))
			for _, c := range letters {
				try(string(a) + string(b) + string(c))
			}
		}
	}
	for _, line := range []string{
		"prepare; exec app --serve", "a && exec /usr/bin/app -p 8080 | tee /dev/stdout", "exec $APP $(hostname)", "no on", "true false", "null value",
		"a word that goes on and on, and on, for more than eighty columns", "a line that goes on and on for more than the eighty columns at which some encoders begin another",
		"-c", "-y", "-n", "-no", "-lc", "--", "yes", "off", "x: y", "x #y", "~", "-1", "-e5", "a ", "- a", "true", `{"a":"b"}`,
	} {
		try(line)
	}
	if known < 1000 {
		t.Errorf("only %d texts are plain to see", known)
	}
}
