package lastwords

// others are the calls that only this architecture has: none.
func others(int) kind { return unknown }

// narrow are the calls of a program of 32 bits: what they are about is guessed from where they are.
func narrow(call) kind { return unknown }
