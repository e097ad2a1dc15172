#include "textflag.h"

// func Call(number, a, b, c, d, e uintptr) uintptr
TEXT ·Call(SB), NOSPLIT, $0-56
	MOVQ number+0(FP), AX
	MOVQ a+8(FP), DI
	MOVQ b+16(FP), SI
	MOVQ c+24(FP), DX
	MOVQ d+32(FP), R10
	MOVQ e+40(FP), R8
	XORL R9, R9
	SYSCALL
	MOVQ AX, ret+48(FP)
	RET

// func Fork(flags uintptr) uintptr
TEXT ·Fork(SB), NOSPLIT, $0-16
	MOVL $56, AX // clone
	MOVQ flags+0(FP), DI
	ORQ  $17, DI // SIGCHLD
	XORL SI, SI
	XORL DX, DX
	XORL R10, R10
	XORL R8, R8
	SYSCALL
	MOVQ AX, ret+8(FP)
	TESTQ AX, AX
	JNZ  done
	// In the child: forget a request to yield to the scheduler, g.stackguard0 being
	// larger than any stack. There is no scheduler here to come back from.
	MOVQ (TLS), CX
	MOVQ 0(CX), BX // g.stack.lo
	ADDQ $928, BX  // the runtime's stackGuard
	MOVQ BX, 16(CX)
done:
	RET
