package initbin

import "time"

// DefaultQuiet is how long nothing may have happened for a drain with a range to end.
const DefaultQuiet = 2 * time.Second

// Ranges reports whether the drain ends when it is quiet: it has a maximum beside its minimum.
func (o *Options) Ranges() bool { return o.MaxDrain > 0 }

// Drains reports whether the stop signal is held back at all.
func (o *Options) Drains() bool { return o.Drain > 0 || o.MaxDrain > 0 }

const dots = ".."

// FormatDrain writes a drain as --drain takes it: 5s, or 5s..2m0s if there is a maximum.
func FormatDrain(least, most time.Duration) string {
	if most == 0 {
		return least.String()
	}
	return least.String() + dots + most.String()
}

// ParseDrain reads a value of --drain: a duration, or the shortest and the longest with two dots
// between them. A range that is none, as 5s..5s, has no maximum: most is 0.
func ParseDrain(value string) (least, most time.Duration, ok bool) {
	at := 0
	for at < len(value) && (value[at] != '.' || at+1 == len(value) || value[at+1] != '.') {
		at++
	}
	if at == len(value) {
		least, ok = ParseDuration(value)
		return least, 0, ok
	}
	least, ok1 := ParseDuration(value[:at])
	most, ok2 := ParseDuration(value[at+len(dots):])
	if !ok1 || !ok2 || most < least {
		return 0, 0, false
	}
	if most == least {
		most = 0
	}
	return least, most, true
}

// Probe is one that the kubelet makes: it connects to Port once in a Period.
type Probe struct {
	Port   int
	Period time.Duration
}

// NextProbe takes the first of a value of --probes, PORT/PERIOD with commas between them.
func NextProbe(list string) (p Probe, rest string, ok bool) {
	word, rest := untilComma(list)
	slash := indexByte(word, '/')
	if slash < 0 {
		return p, "", false
	}
	p.Port, ok = parsePort(word[:slash])
	period, ok2 := ParseDuration(word[slash+1:])
	p.Period = period
	return p, rest, ok && ok2 && period > 0
}

// NextPort takes the first of a value of --ports, numbers with commas between them.
func NextPort(list string) (port int, rest string, ok bool) {
	word, rest := untilComma(list)
	port, ok = parsePort(word)
	return port, rest, ok
}

// ValidProbes reports whether value is one of --probes.
func ValidProbes(value string) bool {
	for {
		_, rest, ok := NextProbe(value)
		if !ok || len(rest) == 0 {
			return ok && !endsInComma(value)
		}
		value = rest
	}
}

// AllPorts as a value of --ports means every port that anything listens on in the pod.
const AllPorts = "all"

// ValidPorts reports whether value is one of --ports.
func ValidPorts(value string) bool {
	if equal(value, AllPorts) {
		return true
	}
	for {
		_, rest, ok := NextPort(value)
		if !ok || len(rest) == 0 {
			return ok && !endsInComma(value)
		}
		value = rest
	}
}

func endsInComma(s string) bool { return len(s) > 0 && s[len(s)-1] == ',' }

func untilComma(list string) (word, rest string) {
	if comma := indexByte(list, ','); comma >= 0 {
		return list[:comma], list[comma+1:]
	}
	return list, ""
}

func parsePort(word string) (int, bool) {
	port, ok := parseUint(word, 65535)
	return port, ok && port > 0
}
