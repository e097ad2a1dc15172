package quiet

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/handover"
	"github.com/softstop/softstop/initbin/sockets"
)

const second = time.Second

func peer(last byte) sockets.Endpoint {
	return sockets.Endpoint{Address: [16]byte{10: 0xff, 11: 0xff, 12: 10, 15: last}, Port: 4711}
}

// with is an old connection that nobody has used for an hour, with a change.
func with(change func(c *connection)) connection {
	c := connection{peer: peer(7), port: 8080, state: sockets.Established, sent: time.Hour, received: time.Hour}
	change(&c)
	return c
}

// The drain's minimum is 5 s, and quiet are 2 s.
func TestConnections(t *testing.T) {
	for name, c := range map[string]struct {
		now  time.Duration
		is   connection
		want string // why it is not quiet; "" if it is
	}{
		"kept and idle":                          {10 * second, with(func(*connection) {}), ""},
		"… before the minimum":                   {4 * second, with(func(*connection) {}), "minimum"},
		"new":                                    {10 * second, with(func(c *connection) { c.sent, c.received = second, second }), "a moment ago"},
		"opened some time ago, and never used":   {10 * second, with(func(c *connection) { c.sent, c.received = 3*second, 3*second }), ""},
		"answered a moment ago":                  {10 * second, with(func(c *connection) { c.sent, c.received = second, 1100*time.Millisecond }), "a moment ago"},
		"answered long ago":                      {10 * second, with(func(c *connection) { c.sent, c.received = 2*second, 9*second }), ""},
		"a request that waits":                   {10 * second, with(func(c *connection) { c.sent, c.received = time.Hour, 9*second }), "waits for its answer"},
		"… since before the signal":              {10 * second, with(func(c *connection) { c.sent, c.received = time.Hour, time.Minute }), "waits for its answer"},
		"a first request, at once":               {10 * second, with(func(c *connection) { c.sent, c.received, c.mute = 9*second, 9*second, true }), "waits for its answer"},
		"a request that nobody has read":         {10 * second, with(func(c *connection) { c.unread = 1 }), "not been read"},
		"a download":                             {10 * second, with(func(c *connection) { c.unsent = 1 << 20 }), "not arrived"},
		"a download that has stalled":            {time.Hour, with(func(c *connection) { c.unsent = 1 }), "not arrived"},
		"a stream":                               {10 * second, with(func(c *connection) { c.sent, c.received = 300*time.Millisecond, time.Minute }), "a moment ago"},
		"the client has left, and been answered": {10 * second, with(func(c *connection) { c.state = sockets.CloseWait }), ""},
		"… which the server has not noticed":     {10 * second, with(func(c *connection) { c.state, c.unread = sockets.CloseWait, 1 }), ""},
		"the client has said all it has to say":  {10 * second, with(func(c *connection) { c.state, c.received = sockets.CloseWait, second }), "waits for its answer"},
		"… and it has not been read":             {10 * second, with(func(c *connection) { c.state, c.unread = sockets.CloseWait, 9 }), "not been read"},
		"closed, with an answer on its way":      {10 * second, with(func(c *connection) { c.state, c.unsent = sockets.FinWait1, 900 }), "not arrived"},
		"closed, and the client does not answer": {10 * second, with(func(c *connection) { c.state, c.unsent = sockets.FinWait1, 1 }), ""},
		"the last word of both":                  {10 * second, with(func(c *connection) { c.state, c.unsent, c.sent = sockets.LastAck, 1, 0 }), ""},
		"over":                                   {10 * second, with(func(c *connection) { c.state, c.sent = sockets.TimeWait, 0 }), ""},
		"not yet open":                           {10 * second, with(func(c *connection) { c.state, c.sent = sockets.SynRecv, 0 }), ""},
	} {
		j := newJudge(rules{least: 5 * second, quiet: 2 * second}, c.now)
		j.add(c.is)
		why := strings.Join(j.talking, "; ")
		if !j.isQuiet() && why == "" {
			why = "the minimum is not over"
		}
		if j.isQuiet() != (c.want == "") || !strings.Contains(why, c.want) {
			t.Errorf("%s: quiet %v, because %q; want %q", name, j.isQuiet(), why, c.want)
		}
		if next, known := j.next(); known == j.pending || known && !j.isQuiet() && next <= c.now {
			t.Errorf("%s: it is not quiet at %s, but may be at %s, which is known: %v", name, c.now, next, known)
		}
	}
}

// TestOpenOnAProbedPort: what was an open connection at one look may turn out to have been a probe's,
// which is no reason to wait for quiet to pass.
func TestOpenOnAProbedPort(t *testing.T) {
	for port, want := range map[int]bool{8080: false, 9090: true} {
		j := newJudge(rules{quiet: 2 * second, probes: []initbin.Probe{{Port: port, Period: second}}}, 10*second)
		j.add(with(func(c *connection) { c.sent, c.received = second, second }))
		if _, known := j.next(); known != want || j.isQuiet() {
			t.Errorf("with probes of %d the next look is known: %v, want %v; quiet %v", port, known, want, j.isQuiet())
		}
	}
}

// tries are connections that have ended: "7:8080@9.5" came from 10.0.0.7 to port 8080 at 9.5 s.
func tries(t *testing.T, text string) (list []ended) {
	t.Helper()
	for word := range strings.FieldsSeq(text) {
		from, rest, _ := strings.Cut(word, ":")
		port, at, _ := strings.Cut(rest, "@")
		when, err := time.ParseDuration(at + "s")
		number, _, ok := initbin.NextPort(port)
		if err != nil || !ok {
			t.Fatal(word)
		}
		list = append(list, ended{peer: peer(from[0] - '0').Address, port: uint16(number), at: when})
	}
	return list
}

// At 10 s, with a probe of port 8080 each second, and one of port 9090 each 10 s.
func TestProbes(t *testing.T) {
	probes := []initbin.Probe{{Port: 8080, Period: second}, {Port: 9090, Period: 10 * second}}
	for name, c := range map[string]struct {
		ended string
		quiet bool
	}{
		"nobody":                              {"", true},
		"probes":                              {"1:8080@7.1 1:8080@8.1 1:8080@9.1", true},
		"probes, late now and then":           {"1:8080@7.1 1:8080@8.3 1:8080@9.1", true},
		"in any order":                        {"1:8080@9.1 1:8080@7.1 1:8080@8.1", true},
		"a client twice a second":             {"2:8080@8 2:8080@8.5 2:8080@9 2:8080@9.5", false},
		"a client beside the probes":          {"1:8080@7.1 2:8080@7.2 1:8080@8.1 1:8080@9.1 2:8080@9.2", false},
		"a client that has left":              {"1:8080@7.1 2:8080@7.2 1:8080@8.1 1:8080@9.1", true},
		"a client that came before the probe": {"2:8080@5 2:8080@6 1:8080@8.6 1:8080@9.6", true},
		"a client from the probes' address":   {"1:8080@8.1 1:8080@8.6 1:8080@9.1 1:8080@9.6", false},
		"a port that is not probed":           {"1:8081@9.1", false},
		"… some time ago":                     {"1:8081@7.9", true},
		"both probes":                         {"1:8080@9.1 1:9090@9.1", true},
		"twice in a long period":              {"1:9090@8.5 1:9090@9.5", false},
		"another node's probes":               {"1:8080@9.1 3:8080@9.2", false},
	} {
		j := newJudge(rules{least: 5 * second, quiet: 2 * second, probes: probes}, 10*second)
		j.addEnded(tries(t, c.ended))
		if j.isQuiet() != c.quiet {
			t.Errorf("%s: quiet %v, with %q", name, j.isQuiet(), j.talking)
		}
	}
	two := []initbin.Probe{{Port: 8080, Period: 2 * second}, {Port: 8080, Period: second}}
	if rest := withoutProbes(tries(t, "1:8080@8 1:8080@8.1 1:8080@9 1:8080@10 1:8080@10.1"), two); len(rest) != 0 {
		t.Errorf("of two probes of a port %d connections are nobody's", len(rest))
	}
}

func TestPorts(t *testing.T) {
	at := func(address byte, port uint16) sockets.Endpoint {
		e := peer(address)
		e.Port = port
		return e
	}
	anywhere := sockets.Endpoint{Port: 8080}
	for name, c := range map[string]struct {
		owned Owned
		spec  string
		local sockets.Endpoint
		want  bool
	}{
		"the container's":                {Owned{Inodes: []uint64{1}}, "", at(1, 8080), true},
		"on one address":                 {Owned{Inodes: []uint64{2}}, "", at(5, 9090), true},
		"on another address":             {Owned{Inodes: []uint64{2}}, "", at(1, 9090), false},
		"another container's":            {Owned{Inodes: []uint64{1}}, "9090", at(5, 9090), false},
		"opened by the container itself": {Owned{Inodes: []uint64{1, 2}}, "", at(1, 40000), false},
		"whatever listens in the pod":    {Owned{}, "all", at(5, 9090), true},
		"hidden, and in the pod":         {Owned{Hidden: []uint32{999}}, "9090,8080", at(1, 8080), true},
		"hidden, and not in the pod":     {Owned{Hidden: []uint32{999}}, "9090", at(1, 8080), false},
		"hidden, and the same user's":    {Owned{Hidden: []uint32{1000}}, "", at(1, 8080), true},
		"hidden, and another user's":     {Owned{Hidden: []uint32{999}}, "", at(1, 8080), false},
	} {
		asked := 0
		p := newPorts(func(wanted []uint64) Owned {
			asked++
			if !slices.Equal(wanted, []uint64{1, 2}) {
				t.Errorf("%s: asked for %v", name, wanted)
			}
			return c.owned
		}, c.spec)
		listeners := []listener{{anywhere, 1, 1000}, {at(5, 9090), 2, 33}}
		p.learn(listeners)
		p.learn(listeners)
		p.learn(nil) // what was the container's stays its own
		if got := p.has(c.local); got != c.want || asked != 1 {
			t.Errorf("%s: %v, asked %d times", name, got, asked)
		}
	}
}

// What the report says fits, whatever there is to say.
func TestDetail(t *testing.T) {
	j := newJudge(rules{quiet: 2 * second}, 0)
	for range 300 {
		c := with(func(c *connection) { c.unread = 1 })
		for i := range c.peer.Address {
			c.peer.Address[i] = 0xfd
		}
		j.add(c)
	}
	text := j.detail("sock_diag")
	if len(text) > handover.MaxDetail || !strings.Contains(text, `"connections":300,"how":"sock_diag","talking":["[fdfd:`) || !strings.HasSuffix(text, `],"more":296}`[:len(`],"more":296`)]) {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}

// FuzzMessages: nothing that is received makes the reader panic.
func FuzzMessages(f *testing.F) {
	f.Add(request(inet6, 1<<sockets.Listen, true))
	record := append(request(inet, 2, false), make([]byte, 300)...)
	put32(record, uint32(len(record)))
	f.Add(record)
	f.Fuzz(func(t *testing.T, text []byte) {
		for ok := true; ok && len(text) > 0; {
			var body, rest []byte
			_, body, rest, ok = sockets.NextMessage(text)
			if ok && len(rest) >= len(text) {
				t.Fatal("no end")
			}
			if r, ok := parseRecord(body); ok {
				_ = r.local.String() + r.remote.String() + r.state.String()
			}
			text = rest
		}
	})
}
