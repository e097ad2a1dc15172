package sockets

// State is a state of TCP, as the kernel numbers them.
type State uint8

// The states that are asked for by name.
const (
	Established State = 1
	SynRecv     State = 3
	FinWait1    State = 4
	FinWait2    State = 5
	TimeWait    State = 6
	Close       State = 7
	CloseWait   State = 8
	LastAck     State = 9
	Listen      State = 10
	Closing     State = 11
)

// String is the state's name as ss and netstat have it, "" for one that is not known.
func (s State) String() string {
	names := [...]string{
		"", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
	}
	if int(s) >= len(names) {
		return ""
	}
	return names[s]
}

// Socket is one line of a table.
type Socket struct {
	Local, Remote Endpoint
	State         State
	Unsent        uint32 // bytes that the peer has not acknowledged
	Unread        uint32 // bytes that the process has not read; of one that listens, who waits to be accepted
	Inode         uint64 // 0 for a connection that no process has any more
	User          uint32 // who has opened it
	// Rest is what else the kernel says of the connection: it changes as the connection is used.
	Rest uint64
}

// Parse reads a line; false for the heading, and for what is none.
func Parse(line []byte) (Socket, bool) {
	var s Socket
	r := reader{text: line}
	r.word() // the line's number
	ok1, ok2 := r.endpoint(&s.Local), r.endpoint(&s.Remote)
	state, ok3 := parseHex(r.word())
	unsent, unread, ok4 := r.pair()
	r.word() // timers
	r.word() // retransmissions
	user, _ := parseNumber(r.word(), 10)
	r.word() // unanswered probes
	inode, ok5 := parseNumber(r.word(), 10)
	s.State, s.Unsent, s.Unread, s.Inode, s.User = State(state), unsent, unread, inode, uint32(user)
	r.word() // references
	r.word() // where it is in memory
	for word := r.word(); len(word) > 0; word = r.word() {
		for _, c := range word {
			s.Rest = s.Rest*31 + uint64(c)
		}
		s.Rest = s.Rest*31 + ' '
	}
	return s, ok1 && ok2 && ok3 && ok4 && ok5 && state <= 0xff && s.State.String() != ""
}

// Inode is the inode in the name of a descriptor that is a socket, such as "socket:[4711]".
func Inode(target string) (uint64, bool) {
	const begin = "socket:["
	if len(target) <= len(begin) || target[:len(begin)] != begin || target[len(target)-1] != ']' {
		return 0, false
	}
	return parseNumber([]byte(target[len(begin):len(target)-1]), 10)
}

// reader takes a line apart.
type reader struct {
	text []byte
}

// word takes the next word, nil if there is none.
func (r *reader) word() []byte {
	at := 0
	for at < len(r.text) && isSpace(r.text[at]) {
		at++
	}
	end := at
	for end < len(r.text) && !isSpace(r.text[end]) {
		end++
	}
	word := r.text[at:end]
	r.text = r.text[end:]
	return word
}

// pair takes two numbers in hexadecimal with a colon between them.
func (r *reader) pair() (a, b uint32, ok bool) {
	left, right := cut(r.word())
	first, ok1 := parseHex(left)
	second, ok2 := parseHex(right)
	return uint32(first), uint32(second), ok1 && ok2
}

// endpoint takes an address and a port in hexadecimal. Addresses are words of 32 bits in the byte
// order of the machine, which is little-endian wherever softstop runs.
func (r *reader) endpoint(e *Endpoint) bool {
	address, port := cut(r.word())
	number, ok := parseHex(port)
	if !ok || number > 0xffff || len(address) != 8 && len(address) != 32 {
		return false
	}
	e.Port = uint16(number)
	first := len(e.Address) - len(address)/2
	if first > 0 {
		e.Address = mapped
	}
	for at := 0; at < len(address); at += 8 {
		word, ok := parseHex(address[at : at+8])
		if !ok {
			return false
		}
		for i := range 4 {
			e.Address[first+at/2+i] = byte(word >> (8 * i))
		}
	}
	return true
}

func cut(word []byte) (before, after []byte) {
	for i, c := range word {
		if c == ':' {
			return word[:i], word[i+1:]
		}
	}
	return word, nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// parseHex reads a number of at most 32 bits.
func parseHex(word []byte) (uint64, bool) {
	n, ok := parseNumber(word, 16)
	return n, ok && len(word) <= 8
}

func parseNumber(word []byte, base uint64) (n uint64, ok bool) {
	for _, c := range word {
		digit := uint64(99)
		switch {
		case c >= '0' && c <= '9':
			digit = uint64(c - '0')
		case c >= 'A' && c <= 'F':
			digit = uint64(c-'A') + 10
		case c >= 'a' && c <= 'f':
			digit = uint64(c-'a') + 10
		}
		if digit >= base || n > (1<<64-1-digit)/base {
			return 0, false
		}
		n = n*base + digit
	}
	return n, len(word) > 0
}
