package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
)

// build compiles a program. What go build -v prints are the packages that it compiles, and
// its errors.
func build(ctx context.Context, out, program string) error {
	fmt.Fprintf(os.Stderr, "compiling %s (minutes where nothing has been compiled, a second later on)\n", program)
	cmd := exec.CommandContext(ctx, "go", "build", "-v", "-o", out, program)
	said, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start go: %w", err)
	}
	var compiled atomic.Int64
	all := sync.OnceValue(func() string { return of(program) })
	t := tick(func() string { return fmt.Sprintf("%d packages compiled%s", compiled.Load(), all()) })
	defer t.stop()
	pass(said, os.Stderr, &compiled)
	return cmd.Wait()
}

// pass counts the packages and passes on whatever else is said.
func pass(said io.Reader, to io.Writer, compiled *atomic.Int64) {
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if isPackage(lines.Text()) {
			compiled.Add(1)
		} else {
			fmt.Fprintln(to, lines.Text())
		}
	}
}

// isPackage tells a package's path from an error, which has a colon, and from its heading.
func isPackage(line string) bool {
	return line != "" && !strings.ContainsAny(line, ": #\t")
}

// of says of how many packages at most.
func of(program string) string {
	out, err := exec.Command("go", "list", "-deps", program).Output()
	if err != nil {
		return ""
	}
	return fmt.Sprintf(", of %d at most", strings.Count(string(out), "\n"))
}
