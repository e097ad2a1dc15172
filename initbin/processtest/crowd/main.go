package main

// entry is where the kernel starts the program, in entry_GOARCH.s.
func entry()

// main only keeps the linker content: the program never comes here.
func main() { entry() }
