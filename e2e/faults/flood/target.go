package flood

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Target is a server that speaks TLS.
type Target struct {
	// Dial connects to Address, which is host:port; it decides from where.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Address string
}

// connect connects and shakes hands, for one of these protocols.
func (t Target) connect(ctx context.Context, protocols ...string) (*tls.Conn, error) {
	plain, err := t.Dial(ctx, "tcp", t.Address)
	if err != nil {
		return nil, err
	}
	connection := tls.Client(plain, stranger(protocols...))
	if err := connection.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		return nil, err
	}
	return connection, nil
}

// stranger is the TLS of one who shows nothing and trusts everybody: whom it talks to is an
// attacker's own choice.
func stranger(protocols ...string) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, NextProtos: protocols}
}

// again has so many do it again and again until ctx ends, and returns how often it was done. A
// server that refuses at once is not asked more than some hundred times a second by each.
func again(ctx context.Context, many int, do func(context.Context)) int64 {
	var all sync.WaitGroup
	var done atomic.Int64
	for range many {
		all.Go(func() {
			for ctx.Err() == nil {
				done.Add(1)
				do(ctx)
				rest(ctx, 5*time.Millisecond)
			}
		})
	}
	all.Wait()
	return done.Load()
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
