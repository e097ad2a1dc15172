package quiet

import (
	"bytes"
	"io"
	"os"
	"time"

	"github.com/softstop/softstop/initbin/fault"
	"github.com/softstop/softstop/initbin/sockets"
)

// table reads the tables in /proc and remembers them, because they have no times.
type table struct {
	known   map[ends]*memory
	turn    int
	ended   []ended
	started bool
	buffer  [32 << 10]byte
}

type ends struct{ local, remote sockets.Endpoint }

// memory is what is known of a connection from the last look.
type memory struct {
	state  sockets.State
	unsent uint32
	unread uint32
	rest   uint64
	moved  time.Duration // when something of it was seen to change
	turn   int
}

// mostKnown bounds how many connections are remembered.
const mostKnown = 1 << 14

// newTable reports an error if there is no table.
func newTable() (*table, error) {
	t := &table{known: map[ends]*memory{}}
	_, err := t.listening()
	return t, err
}

func (t *table) name() string { return "/proc/net/tcp" }

func (t *table) hearsAll() bool { return false }

// each hands each line of the tables to take. A kernel without IPv6 has one.
func (t *table) each(take func(sockets.Socket)) error {
	for i, name := range [...]string{"/proc/net/tcp", "/proc/net/tcp6"} {
		file, err := os.Open(name)
		if err != nil {
			if i > 0 && os.IsNotExist(err) {
				continue
			}
			return fault.Wrap("table of sockets", err)
		}
		t.lines(file, take)
		_ = file.Close()
	}
	return nil
}

// lines hands each line of a table to take.
func (t *table) lines(file io.Reader, take func(sockets.Socket)) {
	kept := 0
	for {
		n, err := file.Read(t.buffer[kept:])
		kept += n
		text := t.buffer[:kept]
		for end := bytes.IndexByte(text, '\n'); end >= 0; end = bytes.IndexByte(text, '\n') {
			if s, ok := sockets.Parse(text[:end]); ok {
				take(s)
			}
			text = text[end+1:]
		}
		if err != nil || n == 0 {
			return
		}
		kept = copy(t.buffer[:], text)
	}
}

func (t *table) listening() (list []listener, err error) {
	err = t.each(func(s sockets.Socket) {
		if s.State == sockets.Listen {
			list = append(list, listener{at: s.Local, inode: s.Inode, user: s.User})
		}
	})
	return list, err
}

// look hands the connections to j, with the times at which something of them was seen to change.
// What is there at the first look may have changed a moment ago.
func (t *table) look(j *judge, p *ports) error {
	t.turn++
	err := t.each(func(s sockets.Socket) {
		if s.State == sockets.Listen || s.State == sockets.SynRecv || !p.has(s.Local) || len(t.known) >= mostKnown {
			return
		}
		m := t.remember(s, j.now)
		j.add(connection{peer: s.Remote, port: s.Local.Port, state: s.State, sent: j.now - m.moved, received: j.now - m.moved, unsent: s.Unsent, unread: s.Unread})
	})
	if err == nil && len(t.known) >= mostKnown {
		err = fault.New("table of sockets: more connections than can be remembered")
	}
	for key, m := range t.known {
		if m.turn != t.turn {
			t.end(key, m.moved)
			delete(t.known, key)
		}
	}
	t.started = true
	j.addEnded(t.ended)
	return err
}

// remember notes a connection as it is now.
func (t *table) remember(s sockets.Socket, now time.Duration) *memory {
	key := ends{s.Local, s.Remote}
	m := t.known[key]
	is := memory{state: s.State, unsent: s.Unsent, unread: s.Unread, rest: s.Rest, moved: now, turn: t.turn}
	over := s.State == sockets.TimeWait
	switch {
	case m == nil && over && t.started: // opened and closed since the last look
		t.end(key, now)
	case m == nil, over:
	case m.state == is.state && m.unsent == is.unsent && m.unread == is.unread && m.rest == is.rest:
		is.moved = m.moved
	}
	if m == nil {
		m = &memory{}
		t.known[key] = m
	} else if over && m.state != sockets.TimeWait {
		t.end(key, m.moved)
	}
	*m = is
	return m
}

// end notes that a connection has ended.
func (t *table) end(key ends, at time.Duration) {
	if m := t.known[key]; m != nil && m.state == sockets.TimeWait {
		return // it has been noted
	}
	t.ended = append(t.ended, ended{peer: key.remote.Address, port: key.local.Port, at: at})
}

func (t *table) wait(limit time.Duration) { time.Sleep(limit) }

func (t *table) hear(time.Duration, *ports) {}

func (t *table) forget(before time.Duration) { t.ended = forget(t.ended, before) }
