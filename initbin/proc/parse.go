package proc

// Status is what /proc/PID/status says about a process and signals. Bit n-1 of a
// mask stands for signal n. Blocked is that of the main thread.
type Status struct {
	Blocked, Ignored, Caught uint64
}

// Handles reports whether the process does something of its own about signal: it
// catches it, or blocks it to fetch it with sigwait or a signalfd.
func (s Status) Handles(signal int) bool { return (s.Caught|s.Blocked)>>(uint(signal-1)&63)&1 == 1 }

// Ignores reports whether the kernel drops signal for this process.
func (s Status) Ignores(signal int) bool { return s.Ignored>>(uint(signal-1)&63)&1 == 1 }

// ParseStatus reads the text of /proc/PID/status. ok is false unless all three
// signal masks are there.
func ParseStatus(text []byte) (s Status, ok bool) {
	found := 0
	for len(text) > 0 {
		line := text
		end := index(text, '\n')
		if end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		if len(line) < 8 || line[0] != 'S' || line[1] != 'i' || line[2] != 'g' || line[6] != ':' {
			continue
		}
		mask, valid := parseHex(line[8:])
		if !valid {
			continue
		}
		switch {
		case line[3] == 'B' && line[4] == 'l' && line[5] == 'k':
			s.Blocked, found = mask, found|1
		case line[3] == 'I' && line[4] == 'g' && line[5] == 'n':
			s.Ignored, found = mask, found|2
		case line[3] == 'C' && line[4] == 'g' && line[5] == 't':
			s.Caught, found = mask, found|4
		}
	}
	return s, found == 7
}

// Stat is what /proc/PID/stat says about a process's place among the others.
type Stat struct {
	PID, Parent, Group, Session int
	// State is one letter: R, S, D, T (stopped), t (traced), Z (zombie)…
	State byte
	// Start is when the process started, in clock ticks since boot: with PID it names
	// a process for good.
	Start uint64
	// Name is the process's comm, up to 15 bytes of its own choice. It shares the
	// text's memory.
	Name []byte
}

// ParseStat reads the text of /proc/PID/stat. The name ends at the last bracket:
// what follows it are numbers.
func ParseStat(text []byte) (s Stat, ok bool) {
	open, end := index(text, '('), -1
	for i := len(text) - 1; i > open; i-- {
		if text[i] == ')' {
			end = i
			break
		}
	}
	if open < 1 || end < 0 || end+3 >= len(text) {
		return s, false
	}
	pid, _, ok := nextNumber(text[:open])
	if !ok {
		return s, false
	}
	s.PID, s.Name, s.State = int(pid), text[open+1:end], text[end+2]
	rest := text[end+3:]
	for field := 4; field <= 22; field++ {
		var n uint64
		if n, rest, ok = nextNumber(rest); !ok {
			return s, false
		}
		switch field {
		case 4:
			s.Parent = int(n)
		case 5:
			s.Group = int(n)
		case 6:
			s.Session = int(n)
		case 22:
			s.Start = n
		}
	}
	return s, true
}

// nextNumber reads a number after spaces. Of a negative one it returns the absolute
// value: no field that is used can be negative.
func nextNumber(text []byte) (n uint64, rest []byte, ok bool) {
	i := 0
	for i < len(text) && text[i] == ' ' {
		i++
	}
	if i < len(text) && text[i] == '-' {
		i++
	}
	start := i
	for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		n = n*10 + uint64(text[i]-'0')
	}
	return n, text[i:], i > start && i-start <= 20
}

func parseHex(text []byte) (n uint64, ok bool) {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			n = n<<4 | uint64(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | uint64(c-'a'+10)
		default:
			return 0, false
		}
	}
	return n, len(text) > 0 && len(text) <= 16
}

func index(text []byte, c byte) int {
	for i := 0; i < len(text); i++ {
		if text[i] == c {
			return i
		}
	}
	return -1
}

// ParseLastRun finds in the text of /proc/PID/task/TID/sched when the thread last got a
// processor, in nanoseconds of the scheduler's clock.
func ParseLastRun(text []byte) (nanoseconds int64, ok bool) {
	const key = "se.exec_start"
	for len(text) > 0 {
		line := text
		if end := index(text, '\n'); end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		colon := index(line, ':')
		if len(line) < len(key) || !same(line[:len(key)], key) || colon < 0 {
			continue
		}
		millis, rest, ok1 := nextNumber(line[colon+1:])
		if !ok1 || len(rest) == 0 || rest[0] != '.' {
			return 0, false
		}
		micros, rest, ok2 := nextNumber(rest[1:])
		return int64(millis)*1e6 + int64(micros), ok2 && len(rest) == 0
	}
	return 0, false
}
