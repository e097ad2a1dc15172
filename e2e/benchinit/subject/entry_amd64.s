#include "textflag.h"

// func entry()
// The kernel's stack: 0(SP) is argc. R12 holds argc, R13 the orphans left to make.
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVQ	0(SP), R12
	SUBQ	$64, SP
	CMPQ	R12, $2
	JEQ	quit

	// rt_sigprocmask(SIG_BLOCK, {SIGTERM}, NULL, 8)
	MOVQ	$0x4000, AX
	MOVQ	AX, 0(SP)
	MOVQ	$0, DI
	LEAQ	0(SP), SI
	MOVQ	$0, DX
	MOVQ	$8, R10
	MOVQ	$14, AX
	SYSCALL
	CMPQ	R12, $3
	JNE	ready

	MOVQ	$5000, R13
more:
	// fork: the child forks too and both its halves exit, which leaves one orphan.
	MOVQ	$57, AX
	SYSCALL
	TESTQ	AX, AX
	JZ	middle
	// wait4(-1, NULL, 0, NULL)
	MOVQ	$-1, DI
	MOVQ	$0, SI
	MOVQ	$0, DX
	MOVQ	$0, R10
	MOVQ	$61, AX
	SYSCALL
	DECQ	R13
	JNZ	more

ready:
	// write(1, SP, 1)
	MOVQ	$1, DI
	LEAQ	0(SP), SI
	MOVQ	$1, DX
	MOVQ	$1, AX
	SYSCALL
	// rt_sigtimedwait({SIGTERM}, NULL, NULL, 8)
	LEAQ	0(SP), DI
	MOVQ	$0, SI
	MOVQ	$0, DX
	MOVQ	$8, R10
	MOVQ	$128, AX
	SYSCALL
	// clock_gettime(CLOCK_MONOTONIC, SP+16)
	MOVQ	$1, DI
	LEAQ	16(SP), SI
	MOVQ	$228, AX
	SYSCALL
	// write(1, SP+16, 16)
	MOVQ	$1, DI
	LEAQ	16(SP), SI
	MOVQ	$16, DX
	MOVQ	$1, AX
	SYSCALL
quit:
	// exit_group(0)
	MOVQ	$0, DI
	MOVQ	$231, AX
	SYSCALL
middle:
	MOVQ	$57, AX
	SYSCALL
	JMP	quit
