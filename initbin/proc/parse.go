package proc

// Status is what /proc/PID/status says about a process and signals. Bit n-1 of a
// mask stands for signal n. Blocked is that of the main thread.
type Status struct {
	Blocked, Ignored, Caught uint64
	// Pending are the signals that have been sent and not yet been received.
	Pending uint64
	// Level is in how many PID namespaces the process has a pid, from that of the reader
	// down: 1, or more for what runs in a nested namespace.
	Level int
	// Switches is how often the main thread has given up the processor: if it grows, the
	// thread has run.
	Switches uint64
	// User is as whom the process opens files and sockets.
	User uint32
}

// Handles reports whether the process does something of its own about signal: it
// catches it, or blocks it to fetch it with sigwait or a signalfd.
func (s Status) Handles(signal int) bool { return (s.Caught|s.Blocked)>>(uint(signal-1)&63)&1 == 1 }

// BlocksAll reports whether the process blocks every signal, faults too. Few programs
// wait for signals that way; every shell does so for a moment around a fork, and will
// not handle a signal of which it is true then.
func (s Status) BlocksAll() bool {
	const all = ^uint64(1<<8 | 1<<18 | 3<<31) // but KILL, STOP and what the C library keeps to itself
	return s.Blocked&all == all
}

// Ignores reports whether the kernel drops signal for this process.
func (s Status) Ignores(signal int) bool { return s.Ignored>>(uint(signal-1)&63)&1 == 1 }

// Catches reports whether the process has a handler for signal.
func (s Status) Catches(signal int) bool { return s.Caught>>(uint(signal-1)&63)&1 == 1 }

// Blocks reports whether the process blocks signal: to fetch it in its own time, or to be
// left alone.
func (s Status) Blocks(signal int) bool { return s.Blocked>>(uint(signal-1)&63)&1 == 1 }

// Awaits reports whether signal has been sent and not yet been received.
func (s Status) Awaits(signal int) bool { return s.Pending>>(uint(signal-1)&63)&1 == 1 }

// CatchesAll reports whether the process catches even signals that no program asks for.
// The Go runtime does so whatever the program's author wrote: that a Go program catches a
// signal does not mean that it does anything about it.
func (s Status) CatchesAll() bool {
	const unasked = 1<<(16-1) | 1<<(24-1) | 1<<(25-1) | 1<<(29-1) | 1<<(30-1) // STKFLT, XCPU, XFSZ, IO, PWR
	return s.Caught&unasked == unasked
}

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
		if value := after(line, "SigBlk:\t"); value != nil {
			s.Blocked, ok = parseHex(value)
		} else if value := after(line, "SigIgn:\t"); value != nil {
			s.Ignored, ok = parseHex(value)
		} else if value := after(line, "SigCgt:\t"); value != nil {
			s.Caught, ok = parseHex(value)
		} else {
			s.parseOther(line)
			continue
		}
		if ok {
			found++
		}
	}
	return s, found == 3
}

// parseOther reads the lines that old kernels or other systems may leave out.
func (s *Status) parseOther(line []byte) {
	for _, key := range [...]string{"SigPnd:\t", "ShdPnd:\t"} { // the main thread's, the process's
		if value := after(line, key); value != nil {
			pending, _ := parseHex(value)
			s.Pending |= pending
			return
		}
	}
	if value := after(line, "NSpid:"); value != nil {
		for ok := true; ok; {
			if _, value, ok = nextNumber(value); ok {
				s.Level++
			}
		}
		return
	}
	if value := after(line, "Uid:"); value != nil {
		for ok := true; ok; { // real, effective, saved, and for files
			var user uint64
			if user, value, ok = nextNumber(value); ok {
				s.User = uint32(user)
			}
		}
		return
	}
	value := after(line, "voluntary_ctxt_switches:")
	if value == nil {
		value = after(line, "nonvoluntary_ctxt_switches:")
	}
	n, _, _ := nextNumber(value)
	s.Switches += n
}

// after returns what follows key in line, nil if line does not start with key.
func after(line []byte, key string) []byte {
	if len(line) <= len(key) || !same(line[:len(key)], key) {
		return nil
	}
	return line[len(key):]
}

// Stat is what /proc/PID/stat says about a process's place among the others.
type Stat struct {
	PID, Parent, Group, Session int
	// Terminal is the device number of the controlling terminal, 0 for none.
	Terminal int
	// State is one letter: R, S, D, T (stopped), t (traced), Z (zombie)…
	State byte
	// Start is when the process started, in clock ticks since boot: with PID it names
	// a process for good.
	Start uint64
	// Reaped is the number of page faults of the children that the process has reaped: it
	// grows with each.
	Reaped uint64
	// CPU is the processor time that the process has used, in clock ticks.
	CPU uint64
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
		case 7:
			s.Terminal = int(n)
		case 11:
			s.Reaped = n
		case 14, 15:
			s.CPU += n
		case 22:
			s.Start = n
		}
	}
	return s, true
}

// nextNumber reads a number after blanks. Of a negative one it returns the absolute
// value: no field that is used can be negative.
func nextNumber(text []byte) (n uint64, rest []byte, ok bool) {
	i := 0
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
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
