#include "textflag.h"

// func Call(number, a, b, c, d, e uintptr) uintptr
TEXT ·Call(SB), NOSPLIT, $0-56
	MOVD number+0(FP), R8
	MOVD a+8(FP), R0
	MOVD b+16(FP), R1
	MOVD c+24(FP), R2
	MOVD d+32(FP), R3
	MOVD e+40(FP), R4
	MOVD $0, R5
	SVC
	MOVD R0, ret+48(FP)
	RET

// func Fork(flags uintptr) uintptr
TEXT ·Fork(SB), NOSPLIT, $0-16
	MOVD $220, R8 // clone
	MOVD flags+0(FP), R0
	ORR  $17, R0  // SIGCHLD
	MOVD $0, R1
	MOVD $0, R2
	MOVD $0, R3
	MOVD $0, R4
	SVC
	MOVD R0, ret+8(FP)
	CBNZ R0, done
	// In the child: forget a request to yield to the scheduler, g.stackguard0 being
	// larger than any stack. There is no scheduler here to come back from.
	MOVD 0(g), R1      // g.stack.lo
	ADD  $928, R1, R1  // the runtime's stackGuard
	MOVD R1, 16(g)
done:
	RET
