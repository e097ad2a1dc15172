#include "textflag.h"

// entry is where the kernel starts the program. It gives Go code what it takes for
// granted, a stack with bounds and a g in thread-local storage, and calls start. When
// start returns, the program is not to be a watcher: the Go runtime gets the stack as
// the kernel left it. The g is on the stack itself: that memory is in use anyway.
//
//	 0(SP)  argument of start
//	16(SP)  the kernel's stack pointer
//	24(SP)  thread-local storage: the address of g
//	32(SP)  g
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVQ SP, BX
	SUBQ $576, SP
	ANDQ $~15, SP
	MOVQ SP, DI
	XORL AX, AX
	MOVL $72, CX
	CLD
	REP; STOSQ
	LEAQ 32(SP), R14
	LEAQ -(128*1024)(SP), AX
	MOVQ AX, 0(R14)  // stack.lo
	MOVQ BX, 8(R14)  // stack.hi
	MOVQ AX, 16(R14) // stackguard0
	MOVQ AX, 24(R14) // stackguard1
	MOVQ R14, 24(SP) // g is at FS-8
	MOVL $158, AX    // arch_prctl
	MOVL $0x1002, DI // ARCH_SET_FS
	LEAQ 32(SP), SI
	SYSCALL
	MOVQ BX, 16(SP)
	MOVQ BX, 0(SP)
	CALL ·start(SB)
	MOVQ 16(SP), SP
	JMP  _rt0_amd64_linux(SB)
