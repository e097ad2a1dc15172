//go:build !linux

package main

import (
	"fmt"
	"os"

	"github.com/softstop/softstop/e2e/node"
)

func main() {
	fmt.Fprintln(os.Stderr, "bench: not Linux:", node.ErrMachine)
	os.Exit(1)
}
