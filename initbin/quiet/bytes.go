package quiet

// The kernel's numbers are in the byte order of the machine, which is little-endian wherever
// softstop runs; ports are big-endian. encoding/binary would bring reflection with it, 60 KB.

func number16(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }

func number32(b []byte) uint32 { return uint32(number16(b)) | uint32(number16(b[2:]))<<16 }

func put16(b []byte, n uint16) { b[0], b[1] = byte(n), byte(n>>8) }

func put32(b []byte, n uint32) {
	put16(b, uint16(n))
	put16(b[2:], uint16(n>>16))
}
