#include "textflag.h"

// entry is where the kernel starts the program: see entry_amd64.s. On arm64 g lives in
// a register of its own; the TLS register stays zero, which tells the assembly of the
// runtime that nothing is stored there.
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVD RSP, R19
	MOVD $·fakeG(SB), g
	SUB  $(128*1024), R19, R20
	MOVD R20, 0(g)
	MOVD R19, 8(g)
	MOVD R20, 16(g)
	MOVD R20, 24(g)
	SUB  $48, RSP
	MOVD R19, 32(RSP)
	MOVD R19, 8(RSP)
	BL   ·start(SB)
	MOVD 32(RSP), R19
	MOVD R19, RSP
	JMP  _rt0_arm64_linux(SB)
