package main

import "os"

// keeping is a file that remembers the first error of writing to it: whoever prints in many small
// pieces need not look at each, and a full disk is an error all the same.
type keeping struct {
	*os.File
	err error
}

func (k *keeping) Write(p []byte) (int, error) {
	n, err := k.File.Write(p)
	if k.err == nil {
		k.err = err
	}
	return n, err
}
