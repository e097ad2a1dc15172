package sockets

import "strconv"

// Endpoint is an address and a port.
type Endpoint struct {
	// Address is an IPv6 address, or an IPv4 one as IPv6 has it (::ffff:10.0.0.1): the two ends of
	// a connection may be in the table of one each.
	Address [16]byte
	Port    uint16
}

// mapped is how an IPv4 address begins.
var mapped = [16]byte{10: 0xff, 11: 0xff}

// Is4 reports whether the address is one of IPv4.
func (e Endpoint) Is4() bool { return [12]byte(e.Address[:12]) == [12]byte(mapped[:12]) }

// Any reports whether the address stands for all addresses, of its family or of both.
func (e Endpoint) Any() bool {
	return e.Address == [16]byte{} || e.Address == mapped
}

// String writes the endpoint as RFC 5952 has it: 10.0.3.4:5432, [2001:db8::2]:81.
func (e Endpoint) String() string {
	b := make([]byte, 0, 48)
	if e.Is4() {
		for i, c := range e.Address[12:] {
			if i > 0 {
				b = append(b, '.')
			}
			b = strconv.AppendUint(b, uint64(c), 10)
		}
	} else {
		b = append(e.appendWords(append(b, '[')), ']')
	}
	return string(strconv.AppendUint(append(b, ':'), uint64(e.Port), 10))
}

// appendWords appends the eight words of an IPv6 address, the first of the longest rows of zeros as
// two colons.
func (e Endpoint) appendWords(b []byte) []byte {
	word := func(i int) uint64 { return uint64(e.Address[2*i])<<8 | uint64(e.Address[2*i+1]) }
	from, to := 8, 8
	for i := 0; i < 8; i++ {
		end := i
		for end < 8 && word(end) == 0 {
			end++
		}
		if end-i > max(1, to-from) {
			from, to = i, end
		}
		i = max(i, end-1)
	}
	for i := 0; i < 8; i++ {
		switch {
		case i == from:
			b = append(b, ':', ':')
			i = to - 1
			continue
		case i > 0 && i != to:
			b = append(b, ':')
		}
		b = strconv.AppendUint(b, word(i), 16)
	}
	return b
}

// Host writes the address alone.
func (e Endpoint) Host() string {
	text := e.String()
	end := len(text) - 1
	for text[end] != ':' {
		end--
	}
	return text[:end]
}
