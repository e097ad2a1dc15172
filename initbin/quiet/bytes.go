package quiet

// Numbers are written as package sockets reads them.

func put16(b []byte, n uint16) { b[0], b[1] = byte(n), byte(n>>8) }

func put32(b []byte, n uint32) {
	put16(b, uint16(n))
	put16(b[2:], uint16(n>>16))
}
