package initbin

import "time"

// Problem says what is wrong with a command line, in words that need no heap.
type Problem struct {
	// Word is the index of the offending word, len(words) where one is missing.
	Word int
	// Reason completes the sentence "WORD …"; empty means that nothing is wrong.
	Reason string
}

// Sentence says what is wrong with words, for people.
func (p Problem) Sentence(words []string) string {
	if p.Word < len(words) {
		return words[p.Word] + " " + p.Reason
	}
	return p.Reason
}

// Parse reads the flags of a run, words being the command line without the
// program's name. It returns the options and the index of the command's first word,
// after "--". A flag is --name=value or --name value. Parse is free of runtime calls
// and keeps no copy of words.
func Parse(words []string) (o Options, command int, p Problem) {
	o.StopTimeout = DefaultStopTimeout
	for i := 0; i < len(words); i++ {
		word := words[i]
		if equal(word, "--") {
			if i+1 >= len(words) {
				return o, 0, Problem{i + 1, "a command must follow --"}
			}
			return o, i + 1, Problem{}
		}
		if equal(word, "--verbose") || equal(word, "-v") {
			o.Verbose = true
			continue
		}
		at, name, value := i, word, ""
		if eq := indexByte(word, '='); eq >= 0 {
			name, value = word[:eq], word[eq+1:]
		} else if known(word) {
			if i++; i >= len(words) || equal(words[i], "--") {
				return o, 0, Problem{at, "needs a value"}
			}
			value = words[i]
		}
		var reason string
		if o, reason = o.with(name, value); reason != "" {
			return o, 0, Problem{at, reason}
		}
	}
	return o, 0, Problem{len(words), "-- and a command must follow the flags"}
}

func known(name string) bool {
	return equal(name, "--drain") || equal(name, "--stop-timeout") || equal(name, "--stop-signal") ||
		equal(name, "--signal-target") || equal(name, "--ok-exit-codes") || equal(name, "--report") ||
		equal(name, "--quiet") || equal(name, "--probes") || equal(name, "--ports") ||
		equal(name, "--command-of") || equal(name, "--entrypoint-of") || equal(name, "--last-words")
}

const (
	badDuration = "must be a duration from 0 to 24h, such as 5s or 1m30s"
	badDrain    = badDuration + ", or the shortest and the longest, such as 5s..2m"
)

// with returns o with one flag set, or what is wrong with the value. It works on
// copies: a store through a pointer would need the garbage collector's barrier.
func (o Options) with(name, value string) (_ Options, reason string) {
	var ok bool
	switch {
	case equal(name, "--drain"):
		o.Drain, o.MaxDrain, ok = ParseDrain(value)
		reason = badDrain
	case equal(name, "--quiet"):
		o.Quiet, ok = ParseDuration(value)
		ok = ok && o.Quiet > 0
		reason = "must be a duration above 0, up to 24h, such as 2s"
	case equal(name, "--probes"):
		o.Probes, ok = value, ValidProbes(value)
		reason = "must be PORT/PERIOD, with commas between them, such as 8080/1s,9090/10s"
	case equal(name, "--ports"):
		o.Ports, ok = value, ValidPorts(value)
		reason = "must be ports with commas between them, such as 8080,9090"
	case equal(name, "--stop-timeout"):
		o.StopTimeout, ok = ParseDuration(value)
		reason = badDuration
	case equal(name, "--stop-signal"):
		o.StopSignal, ok = ParseStopSignal(value)
		reason = "must be [ARRIVING:]TOLD, each a signal a process can catch, such as SIGQUIT or SIGQUIT:SIGTERM"
	case equal(name, "--signal-target"):
		o.SignalTarget, ok = ParseTarget(value)
		reason = "must be auto, main, group or all"
	case equal(name, "--ok-exit-codes"):
		o.OKExitCodes, ok = ParseExitCodes(value)
		reason = "must be exit codes from 0 to 255 with commas between them, such as 143 or 1,143"
	case equal(name, "--report"):
		o.Report, ok = value, len(value) > 0 && value[0] == '/'
		reason = "must be an absolute path"
	case equal(name, "--command-of"):
		o.CommandOf, ok = value, len(value) > 0
		reason = "must be an image"
	case equal(name, "--entrypoint-of"):
		o.EntrypointOf, ok = value, len(value) > 0
		reason = "must be an image"
	case equal(name, "--last-words"):
		o.NoStacks, ok = equal(value, "false"), equal(value, "false") || equal(value, "true")
		reason = "must be true or false"
	default:
		reason = "is not a flag of softstop-init; put -- before the command"
	}
	if ok {
		reason = ""
	}
	return o, reason
}

// ParseTarget reads a value of --signal-target.
func ParseTarget(value string) (Target, bool) {
	for t := range targetNames {
		if equal(value, targetNames[t]) {
			return Target(t), true
		}
	}
	return 0, false
}

// ParseStopSignal reads a value of --stop-signal: [ARRIVING:]TOLD.
func ParseStopSignal(value string) (StopSignal, bool) {
	arriving, told := value, value
	if colon := indexByte(value, ':'); colon >= 0 {
		arriving, told = value[:colon], value[colon+1:]
	}
	a, ok1 := ParseSignal(arriving)
	t, ok2 := ParseSignal(told)
	return StopSignal{a, t}, ok1 && ok2 && a.Stoppable() && t.Stoppable()
}

// ParseExitCodes reads a value of --ok-exit-codes: numbers from 0 to 255 with commas.
func ParseExitCodes(value string) (codes ExitCodes, ok bool) {
	for {
		word, comma := value, indexByte(value, ',')
		if comma >= 0 {
			word, value = value[:comma], value[comma+1:]
		}
		code, ok := parseUint(word, 255)
		if !ok {
			return codes, false
		}
		codes.Add(code)
		if comma < 0 {
			return codes, true
		}
	}
}

// maxDuration keeps every sum of durations far from overflow.
const maxDuration = 24 * time.Hour

// ParseDuration reads what time.ParseDuration reads, without a sign and up to 24 h;
// time's own cannot run without the Go runtime.
func ParseDuration(s string) (time.Duration, bool) {
	if equal(s, "0") || len(s) == 0 {
		return 0, len(s) != 0
	}
	var total time.Duration
	for len(s) > 0 {
		var whole, fraction int64
		scale, full := 1.0, false
		digits := 0
		for ; digits < len(s) && isDigit(s[digits]) && whole <= int64(maxDuration); digits++ {
			whole = whole*10 + int64(s[digits]-'0')
		}
		s = s[digits:]
		if len(s) > 0 && s[0] == '.' {
			s = s[1:]
			for len(s) > 0 && isDigit(s[0]) {
				if full = full || fraction > (1<<63-10)/10; !full {
					fraction, scale = fraction*10+int64(s[0]-'0'), scale*10
				}
				s, digits = s[1:], digits+1
			}
		}
		unit, letters := leadingUnit(s)
		if digits == 0 || unit == 0 || whole > int64(maxDuration/unit) {
			return 0, false
		}
		s = s[letters:]
		total += time.Duration(whole)*unit + time.Duration(float64(fraction)*(float64(unit)/scale))
		if total > maxDuration {
			return 0, false
		}
	}
	return total, true
}

// leadingUnit returns the unit s starts with, and its length in bytes; 0 for none.
func leadingUnit(s string) (time.Duration, int) {
	letters := 0
	for letters < len(s) && s[letters] != '.' && !isDigit(s[letters]) {
		letters++
	}
	switch unit := s[:letters]; {
	case equal(unit, "s"):
		return time.Second, letters
	case equal(unit, "ms"):
		return time.Millisecond, letters
	case equal(unit, "m"):
		return time.Minute, letters
	case equal(unit, "h"):
		return time.Hour, letters
	case equal(unit, "us"), equal(unit, "µs"), equal(unit, "μs"):
		return time.Microsecond, letters
	case equal(unit, "ns"):
		return time.Nanosecond, letters
	}
	return 0, 0
}

// parseUint reads a decimal number of one to nine digits up to limit.
func parseUint(s string, limit int) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, len(s) > 0 && len(s) <= 9 && n <= limit
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// equal is a == b. The compiler's own comparison may call into the runtime.
func equal(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// sameLetters is equal(a, b) with the lower-case letters of a taken as upper case.
func sameLetters(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		c := a[i]
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != b[i] {
			return false
		}
	}
	return true
}

// withoutPrefix returns word without prefix, which it may have in either case.
func withoutPrefix(word, prefix string) string {
	if len(word) >= len(prefix) && sameLetters(word[:len(prefix)], prefix) {
		return word[len(prefix):]
	}
	return word
}

func indexByte(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return i
		}
	}
	return -1
}
