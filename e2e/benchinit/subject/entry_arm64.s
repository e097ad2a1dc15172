#include "textflag.h"

// func entry()
// The kernel's stack: 0(RSP) is argc. R19 holds argc, R20 the orphans left to make.
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVD	0(RSP), R19
	SUB	$64, RSP
	CMP	$2, R19
	BEQ	quit

	// rt_sigprocmask(SIG_BLOCK, {SIGTERM}, NULL, 8)
	MOVD	$0x4000, R0
	MOVD	R0, 0(RSP)
	MOVD	$0, R0
	MOVD	RSP, R1
	MOVD	$0, R2
	MOVD	$8, R3
	MOVD	$135, R8
	SVC
	CMP	$3, R19
	BNE	ready

	MOVD	$5000, R20
more:
	// clone(SIGCHLD): the child forks too and both its halves exit, which leaves one orphan.
	MOVD	$17, R0
	MOVD	$0, R1
	MOVD	$0, R2
	MOVD	$0, R3
	MOVD	$0, R4
	MOVD	$220, R8
	SVC
	CBZ	R0, middle
	// wait4(-1, NULL, 0, NULL)
	MOVD	$-1, R0
	MOVD	$0, R1
	MOVD	$0, R2
	MOVD	$0, R3
	MOVD	$260, R8
	SVC
	SUB	$1, R20
	CBNZ	R20, more

ready:
	// write(1, SP, 1)
	MOVD	$1, R0
	MOVD	RSP, R1
	MOVD	$1, R2
	MOVD	$64, R8
	SVC
	// rt_sigtimedwait({SIGTERM}, NULL, NULL, 8)
	MOVD	RSP, R0
	MOVD	$0, R1
	MOVD	$0, R2
	MOVD	$8, R3
	MOVD	$137, R8
	SVC
	// clock_gettime(CLOCK_MONOTONIC, SP+16)
	MOVD	$1, R0
	ADD	$16, RSP, R1
	MOVD	$113, R8
	SVC
	// write(1, SP+16, 16)
	MOVD	$1, R0
	ADD	$16, RSP, R1
	MOVD	$16, R2
	MOVD	$64, R8
	SVC
quit:
	// exit_group(0)
	MOVD	$0, R0
	MOVD	$94, R8
	SVC
middle:
	MOVD	$17, R0
	MOVD	$0, R1
	MOVD	$0, R2
	MOVD	$0, R3
	MOVD	$0, R4
	MOVD	$220, R8
	SVC
	B	quit
