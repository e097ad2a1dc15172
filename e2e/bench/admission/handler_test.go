//go:build linux

package admission

import "testing"

func TestParseBenchmarks(t *testing.T) {
	got, err := parseBenchmarks(`goos: linux
cpu: some
BenchmarkDecode-2   	   10000	     50000 ns/op	   12000 B/op	     200 allocs/op
BenchmarkAnswer-2   	    5000	     90000 ns/op
BenchmarkAnswer   	    5000	     70000 ns/op
PASS
`)
	if err != nil || got[benchDecode].Median() != 50 || got[benchAnswer].Median() != 80 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := parseBenchmarks("BenchmarkX 1 x ns/op"); err == nil {
		t.Error("a line that is none is read")
	}
}
