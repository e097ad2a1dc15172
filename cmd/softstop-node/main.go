// Command softstop-node runs on every node and has the container runtime put the init in front of what
// it starts: see package plugin. It is a guard and, as its child, the plugin.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "softstop-node:", err)
		os.Exit(1)
	}
}
