package sockets

import (
	"net/netip"
	"testing"
)

const (
	listening = "   0: 0100007F:18EB 00000000:0000 0A 00000000:00000002 00:00000000 00000000     0        0 16543 1 0000000000000000 100 0 0 10 0\n"
	sending   = "   2: 0A00000A:C002 0403000A:1538 01 0000002A:00000007 01:00000000 00000000     0        0 78 1 0 20 4 30 10 -1\n"
	mappedTwo = "   0: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 80 1 0\n"
	six       = "   1: B80D0120000000000000000001000000:0050 B80D0120000000000000000002000000:0051 02 00000000:00000000 00:00000000 00000000     0        0 81 1 0\n"
	waiting   = "   2: 0100007F:9C42 0100007F:18EB 06 00000000:00000000 03:00000AF4 00000000     0        0 0 3 0000000000000000\n"
)

func TestParse(t *testing.T) {
	for line, want := range map[string]struct {
		local, remote, state string
		unsent, unread       uint32
		inode                uint64
	}{
		listening: {"127.0.0.1:6379", "0.0.0.0:0", "LISTEN", 0, 2, 16543},
		sending:   {"10.0.0.10:49154", "10.0.3.4:5432", "ESTABLISHED", 42, 7, 78},
		mappedTwo: {"127.0.0.1:8080", "127.0.0.1:50000", "ESTABLISHED", 0, 0, 80},
		six:       {"[2001:db8::1]:80", "[2001:db8::2]:81", "SYN_SENT", 0, 0, 81},
		waiting:   {"127.0.0.1:40002", "127.0.0.1:6379", "TIME_WAIT", 0, 0, 0},
	} {
		s, ok := Parse([]byte(line))
		if !ok || s.Local.String() != want.local || s.Remote.String() != want.remote || s.State.String() != want.state ||
			s.Unsent != want.unsent || s.Unread != want.unread || s.Inode != want.inode {
			t.Errorf("%sis read as %+v, %v", line, s, ok)
		}
	}
	for _, line := range []string{
		"", "\n", "   3: 0100007F", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
		"   3: 0A00000A:C003 0403000A:1538 FF 00000000:00000000 00:00000000 00000000     0        0 79 1 0 20 4 30 10 -1",
		"   3: 0A00000A:C003 0403000A:1538 00 00000000:00000000 00:00000000 00000000     0        0 79 1 0 20 4 30 10 -1",
		"   3: 0A00000A:C003 0403000A:1538 01 00000000:00000000 00:00000000 00000000     0        0 -1 1 0",
		"   3: 0A00000A:1C003 0403000A:1538 01 00000000:00000000 00:00000000 00000000     0        0 79 1 0",
		"   3: 0A000A:C003 0403000A:1538 01 00000000:00000000 00:00000000 00000000     0        0 79 1 0",
	} {
		if s, ok := Parse([]byte(line)); ok {
			t.Errorf("%q is read as %+v", line, s)
		}
	}
}

// What a connection's use changes in the rest of its line is seen.
func TestRest(t *testing.T) {
	one, _ := Parse([]byte(sending))
	same, _ := Parse([]byte(sending))
	other, _ := Parse([]byte("   2: 0A00000A:C002 0403000A:1538 01 0000002A:00000007 01:00000000 00000000     0        0 78 1 0 20 4 31 10 -1\n"))
	if one != same || one.Rest == other.Rest {
		t.Errorf("%+v, %+v and %+v", one, same, other)
	}
}

// TestEndpointsAreWrittenAsUsual: an endpoint is written as net/netip does, whatever is in it.
func TestEndpointsAreWrittenAsUsual(t *testing.T) {
	for _, address := range []string{
		"::", "::1", "1::", "fe80::1:0:0:1", "1:2:3:4:5:6:7:8", "1:0:0:2:0:0:0:3", "1:0:2:3:4:5:6:7", "0:0:1::", "::2:0:0:0:0", "0.0.0.0", "10.255.0.1", "::ffff:1.2.3.4", "1:2:3:4:5:6::",
		"0:1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0", "1:0:0:4:5:0:0:8",
	} {
		checkEndpoint(t, netip.MustParseAddr(address), 65535)
	}
}

func checkEndpoint(t *testing.T, ip netip.Addr, port uint16) {
	t.Helper()
	want := netip.AddrPortFrom(ip.Unmap(), port).String()
	if got := (Endpoint{ip.As16(), port}).String(); got != want {
		t.Errorf("%s is written %s", want, got)
	}
}

// FuzzParse: no line makes the reader panic, and what it reads can be written.
func FuzzParse(f *testing.F) {
	for _, line := range []string{listening, sending, mappedTwo, six, waiting, "0: : : 01 :"} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if s, ok := Parse(line); ok {
			checkEndpoint(t, netip.AddrFrom16(s.Local.Address), s.Local.Port)
			checkEndpoint(t, netip.AddrFrom16(s.Remote.Address), s.Remote.Port)
		}
	})
}

// FuzzParseUnix: no answer makes the reader panic, or say more than there is.
func FuzzParseUnix(f *testing.F) {
	f.Add(AskForUnix())
	f.Add([]byte("\x24\x00\x00\x00\x14\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01\x0a\x00\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00s"))
	f.Add([]byte("\x14\x00\x00\x00\x03\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		list, _ := ParseUnix(answer)
		if len(list)*(HeaderSize+socketSize) > len(answer) {
			t.Errorf("%d sockets in %d bytes", len(list), len(answer))
		}
	})
}

// The name of a socket is what it was bound to, with the zero byte in front that makes it no path.
func TestNamesOfUnixSockets(t *testing.T) {
	for text, want := range map[string]string{"/run/s\x00": "/run/s", "/run/s": "/run/s", "\x00abstract": "\x00abstract", "\x00a\x00": "\x00a\x00", "": ""} {
		if got := plainName([]byte(text)); got != want {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}
