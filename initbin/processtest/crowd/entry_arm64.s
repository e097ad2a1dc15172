#include "textflag.h"

#define CALL(number) MOVD $number, R8; SVC
// clone(CLONE_VM|SIGCHLD, the same stack): 0 in the child.
#define CLONE MOVD $0x111, R0; MOVD $0, R1; MOVD $0, R2; MOVD $0, R3; MOVD $0, R4; CALL(220)
// rt_sigprocmask(SIG_BLOCK, {SIGTERM}, NULL, 8)
#define BLOCK MOVD $0, R0; MOVD RSP, R1; MOVD $0, R2; MOVD $8, R3; CALL(135)
// rt_sigtimedwait({SIGTERM}, NULL, NULL, 8)
#define AWAIT MOVD RSP, R0; MOVD $0, R1; MOVD $0, R2; MOVD $8, R3; CALL(137)
// write(1, RSP+at, 1)
#define SAY(at) MOVD $1, R0; ADD $at, RSP, R1; MOVD $1, R2; CALL(64)

// func entry()
// The kernel's stack: 0(RSP) is argc. Below it, SIGTERM's mask, and an r and a t. R20 counts down.
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVD	0(RSP), R20
	SUB	$64, RSP
	MOVD	$0x4000, R0
	MOVD	R0, 0(RSP)
	MOVD	$0x7472, R0
	MOVD	R0, 8(RSP)
	SUB	$1, R20
	CBNZ	R20, orphans

	MOVD	$10, R20
tens:
	CLONE
	CBZ	R0, ten
	SUB	$1, R20
	CBNZ	R20, tens
stay:
	SAY(8)
pause:
	// ppoll(NULL, 0, NULL, NULL, 8)
	MOVD	$0, R0
	MOVD	$0, R1
	MOVD	$0, R2
	MOVD	$0, R3
	MOVD	$8, R4
	CALL(73)
	B	pause
ten:
	MOVD	$99, R20
leaves:
	CLONE
	CBZ	R0, leaf
	SUB	$1, R20
	CBNZ	R20, leaves
	B	stay
leaf:
	BLOCK
	SAY(8)
	AWAIT
	SAY(9)
	B	quit

orphans:
	MOVD	$5000, R0
	MUL	R0, R20
	BLOCK
more:
	// The child clones, too, and both end: one orphan is left.
	CLONE
	CBZ	R0, middle
	// wait4(-1, NULL, 0, NULL)
	MOVD	$-1, R0
	MOVD	$0, R1
	MOVD	$0, R2
	MOVD	$0, R3
	CALL(260)
	SUB	$1, R20
	CBNZ	R20, more
	SAY(8)
	AWAIT
	B	quit
middle:
	CLONE
quit:
	// exit_group(0)
	MOVD	$0, R0
	CALL(94)
