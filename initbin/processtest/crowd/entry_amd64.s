#include "textflag.h"

#define CALL(number) MOVQ $number, AX; SYSCALL
// clone(CLONE_VM|SIGCHLD, the same stack): 0 in the child.
#define CLONE MOVQ $0x111, DI; MOVQ $0, SI; MOVQ $0, DX; MOVQ $0, R10; MOVQ $0, R8; CALL(56); TESTQ AX, AX
// rt_sigprocmask(SIG_BLOCK, {SIGTERM}, NULL, 8)
#define BLOCK MOVQ $0, DI; LEAQ 0(SP), SI; MOVQ $0, DX; MOVQ $8, R10; CALL(14)
// rt_sigtimedwait({SIGTERM}, NULL, NULL, 8)
#define AWAIT LEAQ 0(SP), DI; MOVQ $0, SI; MOVQ $0, DX; MOVQ $8, R10; CALL(128)
// write(1, SP+at, 1)
#define SAY(at) MOVQ $1, DI; LEAQ at(SP), SI; MOVQ $1, DX; CALL(1)

// func entry()
// The kernel's stack: 0(SP) is argc. Below it, SIGTERM's mask, and an r and a t. R13 counts down.
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVQ	0(SP), R13
	SUBQ	$64, SP
	MOVQ	$0x4000, AX
	MOVQ	AX, 0(SP)
	MOVQ	$0x7472, AX
	MOVQ	AX, 8(SP)
	DECQ	R13
	JNZ	orphans

	MOVQ	$10, R13
tens:
	CLONE
	JZ	ten
	DECQ	R13
	JNZ	tens
stay:
	SAY(8)
pause:
	CALL(34)
	JMP	pause
ten:
	MOVQ	$99, R13
leaves:
	CLONE
	JZ	leaf
	DECQ	R13
	JNZ	leaves
	JMP	stay
leaf:
	BLOCK
	SAY(8)
	AWAIT
	SAY(9)
	JMP	quit

orphans:
	IMULQ	$5000, R13
	BLOCK
more:
	// The child clones, too, and both end: one orphan is left.
	CLONE
	JZ	middle
	// wait4(-1, NULL, 0, NULL)
	MOVQ	$-1, DI
	MOVQ	$0, SI
	MOVQ	$0, DX
	MOVQ	$0, R10
	CALL(61)
	DECQ	R13
	JNZ	more
	SAY(8)
	AWAIT
	JMP	quit
middle:
	CLONE
quit:
	// exit_group(0)
	MOVQ	$0, DI
	CALL(231)
