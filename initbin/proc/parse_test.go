package proc

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const tail = " S 1 42 41 34816 42 4194304 102 0 0 0 0 0 0 0 20 0 1 0 987654321 2621440 200"

func TestParseStat(t *testing.T) {
	for _, name := range []string{"sh", "", " ", ")", "(", "a) S 9 9 9 (b", ") R 1 1 1 0", "line\nfeed", "\x00\xff", "tab\t)", "12345678901234 "} {
		s, ok := ParseStat([]byte("42 (" + name + ")" + tail))
		if !ok || s.PID != 42 || s.Parent != 1 || s.Group != 42 || s.Session != 41 || s.Terminal != 34816 || s.State != 'S' ||
			s.Start != 987654321 || string(s.Name) != name {
			t.Errorf("name %q: %+v (name %q), %v", name, s, s.Name, ok)
		}
	}
	text := "42 (sh)" + tail
	for n := range len("42 (sh) S 1 42 41 34816 42 4194304 102 0 0 0 0 0 0 0 20 0 1 0 ") {
		if s, ok := ParseStat([]byte(text[:n])); ok {
			t.Errorf("cut after %q: accepted as %+v", text[:n], s)
		}
	}
}

func TestParseStatOfThisProcess(t *testing.T) {
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Skipf("no /proc: %v", err)
	}
	s, ok := ParseStat(text)
	if !ok || s.PID != os.Getpid() || s.Parent != os.Getppid() || s.Start == 0 {
		t.Errorf("%s reads as %+v, %v", text, s, ok)
	}
}

func TestParseStatus(t *testing.T) {
	text := "Name:\tx SigCgt:\tffff\nState:\tS (sleeping)\nUid:\t1\t2\t3\t65534\nSigQ:\t0/1\nSigBlk:\t0000000000004000\nSigIgn:\t0000000000000006\n" +
		"SigCgt:\t8000000000000001\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t5\n"
	s, ok := ParseStatus([]byte(text))
	if !ok || s != (Status{Blocked: 0x4000, Ignored: 6, Caught: 0x8000000000000001, Switches: 12, User: 65534}) {
		t.Errorf("read as %+v, %v", s, ok)
	}
	for signal, want := range map[int]bool{15: true, 1: true, 64: true, 2: false, 3: false, 10: false} {
		if s.Handles(signal) != want {
			t.Errorf("Handles(%d) is %v", signal, !want)
		}
	}
	if !s.Ignores(2) || !s.Ignores(3) || s.Ignores(15) {
		t.Error("what is ignored is wrong")
	}
	for _, bad := range []string{"", "SigBlk:\t\nSigIgn:\t0\nSigCgt:\t0\n", "SigBlk:\t0\nSigIgn:\t0\n", "SigBlk:\tx\nSigIgn:\t0\nSigCgt:\t0\n", "SigBlk:\t00000000000000000\nSigIgn:\t0\nSigCgt:\t0"} {
		if s, ok := ParseStatus([]byte(bad)); ok {
			t.Errorf("%q is accepted as %+v", bad, s)
		}
	}
}

func TestBlocksAll(t *testing.T) {
	for mask, want := range map[uint64]bool{0xfffffffe7ffbfeff: true, 0xfffffffffffbfeff: true, ^uint64(0): true, 0: false, 0x4000: false, 0xfffffffe7ffba207: false} {
		if got := (Status{Blocked: mask}).BlocksAll(); got != want {
			t.Errorf("mask %x: %v", mask, got)
		}
	}
}

// FuzzParseStat: no text makes the parser panic, and a name of any bytes does not
// change the fields around it.
func FuzzParseStat(f *testing.F) {
	for _, name := range []string{"sh", ") S 1 (", "a b\nc", ""} {
		f.Add(name, []byte("1 ("+name+")"+tail))
	}
	f.Add("", []byte("1 (x"))
	f.Add("", []byte("18446744073709551616 (x) S -1 99999999999999999999999"))
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		ParseStat(text)
		ParseStatus(text)
		s, ok := ParseStat([]byte("42 (" + name + ")" + tail))
		if !ok || string(s.Name) != name || s.PID != 42 || s.Parent != 1 || s.Start != 987654321 {
			t.Fatalf("name %q: %+v, %v", name, s, ok)
		}
	})
}

// FuzzParseStatus: the masks are read back whatever the process's name is; the kernel
// writes a line feed in it as \n.
func FuzzParseStatus(f *testing.F) {
	f.Add("sh", uint64(0), uint64(1), uint64(1)<<63)
	f.Add("SigBlk:\tffff", ^uint64(0), uint64(0), uint64(0x4000))
	f.Fuzz(func(t *testing.T, name string, blocked, ignored, caught uint64) {
		name = strings.ReplaceAll(name, "\n", `\n`)
		text := fmt.Sprintf("Name:\t%s\nSigBlk:\t%016x\nSigIgn:\t%016x\nSigCgt:\t%016x\n", name, blocked, ignored, caught)
		s, ok := ParseStatus([]byte(text))
		if !ok || s != (Status{Blocked: blocked, Ignored: ignored, Caught: caught}) {
			t.Fatalf("%q reads as %+v, %v", text, s, ok)
		}
	})
}
