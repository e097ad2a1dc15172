// Package pace stretches the limits that must exist to the machine they are kept on.
//
// A program that waits for another has to give up some day: the node's start after 3 minutes,
// Helm after 3, the demo after 5, a container of the zoo after its grace of 12 seconds. These
// are generous where they were written, and too short on a machine that is ten times slower,
// or shared, or has a third of a processor. So all of them are multiplied by one factor:
//
//	ctx, cancel := context.WithTimeout(ctx, pace.Stretch(5*time.Minute))
//
// The factor is what is in SOFTSTOP_PACE, such as 1 or 2.5, if that is set. Else the first
// who asks takes half a second to find out how many hashes two processors make, and how many
// programs they start and end, and compares that with what the limits were made for. It is
// said on standard error when it is not 1, and handed to whatever the process starts.
//
// Tests that wait for a condition need no limit: see package await. What is measured is
// never stretched.
package pace
