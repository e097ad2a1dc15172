// Command crowd is many processes that cost next to nothing, for tests in which there must
// be many and nothing else counts.
//
//	crowd          is 1,001: itself, 10 children that do nothing about SIGTERM, and 99 children
//	               of each that end with exit code 0 when they are told. Each writes an r when
//	               it is ready, and those that are told a t.
//	crowd N        makes 5,000 orphans for each argument, one after the other, writes an r, and
//	               ends with exit code 0 when it is told.
//
// # Why assembly
//
// A fork copies the tables of all memory, which takes milliseconds on some machines, and a
// thousand perls keep such a machine busy by waking up. These processes share their memory
// and the stack, and write nothing: cloning one takes a tenth of a millisecond. The Go runtime
// does not survive that; it is never started (-ldflags='-E main.entry').
package main
