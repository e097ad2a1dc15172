//go:build linux

package admission

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"github.com/softstop/softstop/e2e/bench/figures"
	"github.com/softstop/softstop/e2e/node/guard"
	"github.com/softstop/softstop/e2e/node/parts"
)

// The Go benchmarks of package webhook that the goals speak of.
const (
	benchDecode = "BenchmarkDecode"
	benchAnswer = "BenchmarkAnswer"
)

// benchmarks runs Go's benchmarks of the handler, times over, and returns the microseconds of each.
func benchmarks(ctx context.Context, times int) (figures.Row, error) {
	root, err := parts.Root(ctx)
	if err != nil {
		return nil, err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", "^("+benchDecode+"|"+benchAnswer+")$",
		"-benchtime", "300ms", "-count", strconv.Itoa(times), "./webhook")
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, &stdout, &stderr
	if err := guard.Run(ctx, guard.Tree(cmd)); err != nil {
		return nil, fmt.Errorf("run the handler's benchmarks: %w\n%s%s", err, stdout.Bytes(), stderr.Bytes())
	}
	row, err := parseBenchmarks(stdout.String())
	if err == nil && (len(row[benchDecode]) != times || len(row[benchAnswer]) != times) {
		err = fmt.Errorf("read the handler's benchmarks:\n%s", stdout.String())
	}
	return row, err
}

// parseBenchmarks reads the microseconds per operation from what go test -bench prints.
func parseBenchmarks(text string) (figures.Row, error) {
	row := figures.Row{}
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || fields[3] != "ns/op" {
			continue
		}
		nanoseconds, err := strconv.ParseFloat(fields[2], 64)
		if err != nil {
			return nil, fmt.Errorf("read %q: %w", lines.Text(), err)
		}
		name, _, _ := strings.Cut(fields[0], "-")
		row.Add(name, nanoseconds/1000)
	}
	return row, lines.Err()
}
