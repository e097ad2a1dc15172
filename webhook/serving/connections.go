package serving

import (
	stdlog "log"
	"net"
	"strings"
	"sync"
)

// crowd is how many connections a port may have, and how many of one address; assured is what every
// address has, however many connections others hold.
type crowd struct{ all, perAddress, assured int }

// counted is a listener that closes connections beyond the bounds at once, before anything is
// spent on them.
type counted struct {
	net.Listener
	most crowd
	mu   sync.Mutex
	all  int
	of   map[string]int // by address
}

func newCounted(plain net.Listener, most crowd) *counted {
	return &counted{Listener: plain, most: most, of: map[string]int{}}
}

// Accept implements net.Listener.
func (l *counted) Accept() (net.Conn, error) {
	for {
		connection, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		address := hostOf(connection.RemoteAddr().String())
		if l.enter(address) {
			return &leaving{Conn: connection, leave: sync.OnceFunc(func() { l.leave(address) })}, nil
		}
		_ = connection.Close() // it has not been spoken on
	}
}

// hostOf is a client's address without its port.
func hostOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	return host
}

// enter reports whether address may have one more connection.
func (l *counted) enter(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if own := l.of[address]; own >= l.most.perAddress || l.all >= l.most.all && own >= l.most.assured {
		return false
	}
	l.all++
	l.of[address]++
	return true
}

func (l *counted) leave(address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.of[address]--; l.of[address] == 0 {
		delete(l.of, address)
	}
}

// leaving is a connection that is counted until it is closed.
type leaving struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *leaving) Close() error {
	c.leave()
	return c.Conn.Close()
}

// clientLog returns a logger of the HTTP server's words about its clients.
func clientLog(said func(string, ...any)) *stdlog.Logger { return stdlog.New(words(said), "", 0) }

type words func(string, ...any)

// Write implements io.Writer.
func (w words) Write(text []byte) (int, error) {
	w("a client", "said", strings.TrimSpace(string(text)))
	return len(text), nil
}
