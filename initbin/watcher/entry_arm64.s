#include "textflag.h"

// entry is where the kernel starts the program: see entry_amd64.s. On arm64 g lives in
// a register of its own; the TLS register stays zero, which tells the assembly of the
// runtime that nothing is stored there.
//
//	 8(RSP)  argument of start
//	32(RSP)  the kernel's stack pointer
//	48(RSP)  g
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVD RSP, R19
	SUB  $592, R19, R20
	MOVD R20, RSP
	MOVD $0, R21
zero:
	ADD  R21, R20, R22
	MOVD ZR, (R22)
	ADD  $8, R21
	CMP  $592, R21
	BLT  zero
	ADD  $48, R20, g
	SUB  $(128*1024), R19, R20
	MOVD R20, 0(g)  // stack.lo
	MOVD R19, 8(g)  // stack.hi
	MOVD R20, 16(g) // stackguard0
	MOVD R20, 24(g) // stackguard1
	MOVD R19, 32(RSP)
	MOVD R19, 8(RSP)
	BL   ·start(SB)
	MOVD 32(RSP), R19
	MOVD R19, RSP
	JMP  _rt0_arm64_linux(SB)
