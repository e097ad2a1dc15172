package sockets

// Numbers of sock_diag's messages are in the byte order of the machine, which is little-endian
// wherever softstop runs. encoding/binary would bring reflection with it.

// Number16 reads two bytes.
func Number16(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }

// Number32 reads four bytes.
func Number32(b []byte) uint32 { return uint32(Number16(b)) | uint32(Number16(b[2:]))<<16 }

// HeaderSize is that of a message's header, struct nlmsghdr, in bytes.
const HeaderSize = 16

// NextMessage splits what the kernel has written into the first message, its type and its body, and
// the rest; false if it is cut off.
func NextMessage(text []byte) (kind uint16, body, rest []byte, ok bool) {
	if len(text) < HeaderSize {
		return 0, nil, nil, false
	}
	size := uint64(Number32(text))
	if size < HeaderSize || size > uint64(len(text)) {
		return 0, nil, nil, false
	}
	return Number16(text[4:]), text[HeaderSize:size], text[aligned(size, text):], true
}

// NextAttribute splits what a message's body has after its fixed part in the same way; false at its
// end, too.
func NextAttribute(text []byte) (kind uint16, value, rest []byte, ok bool) {
	if len(text) < 4 {
		return 0, nil, nil, false
	}
	size := uint64(Number16(text))
	if size < 4 || size > uint64(len(text)) {
		return 0, nil, nil, false
	}
	return Number16(text[2:]), text[4:size], text[aligned(size, text):], true
}

// aligned is where what follows size bytes of text begins.
func aligned(size uint64, text []byte) uint64 { return min((size+3)&^3, uint64(len(text))) }
