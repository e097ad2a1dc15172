//go:build linux

package load

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"
)

// Plan says whom to ask and how often.
type Plan struct {
	Targets []Target
	// Rate is the requests per second to each target in each way, Kept the number of kept
	// connections.
	Rate, Kept int
	// Patience is how long a request may take.
	Patience time.Duration
}

// Target is one server.
type Target struct{ Name, URL string }

// Run reads a Plan, waits until every target answers, and asks until the input ends. Then it writes
// the tallies, one for each target.
func Run(in io.Reader, out io.Writer) error {
	input := json.NewDecoder(in)
	var plan Plan
	if err := input.Decode(&plan); err != nil {
		return fmt.Errorf("read the load's plan: %w", err)
	}
	if err := plan.await(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, io.MultiReader(input.Buffered(), in))
		cancel()
	}()
	return json.NewEncoder(out).Encode(plan.ask(ctx))
}

// await returns when each target has answered: a Service is known to the proxy a moment after its
// pods are ready.
func (p Plan) await() error {
	deadline := time.Now().Add(time.Minute)
	for _, target := range p.Targets {
		for {
			t := &Tally{Example: map[Kind]string{}}
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: p.Patience}
			asker{client: client, url: target.URL, tally: t, begin: time.Now()}.once()
			if t.Failed() == 0 {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("%s at %s does not answer: %v", target.Name, target.URL, t.Example)
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
	return nil
}

// ask asks every target in both ways until ctx ends.
func (p Plan) ask(ctx context.Context) []*Tally {
	begin := time.Now()
	tallies := make([]*Tally, len(p.Targets))
	var all sync.WaitGroup
	for i, target := range p.Targets {
		tallies[i] = &Tally{Name: target.Name, Example: map[Kind]string{}}
		fresh := &http.Transport{DisableKeepAlives: true}
		kept := &http.Transport{MaxIdleConnsPerHost: p.Kept, MaxConnsPerHost: p.Kept}
		for _, transport := range []*http.Transport{fresh, kept} {
			a := asker{client: &http.Client{Transport: transport, Timeout: p.Patience}, url: target.URL, tally: tallies[i], begin: begin}
			all.Go(func() { a.steadily(ctx, p.Rate) })
		}
	}
	all.Wait()
	return tallies
}

// asker asks one target in one way.
type asker struct {
	client *http.Client
	url    string
	tally  *Tally
	begin  time.Time
}

// steadily starts rate requests a second until ctx ends, and returns when the last is over. One
// that finds too many others still waiting is given up at once, as a timeout.
func (a asker) steadily(ctx context.Context, rate int) {
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	waiting := make(chan struct{}, 4*rate)
	var all sync.WaitGroup
	defer all.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		select {
		case waiting <- struct{}{}:
		default:
			a.tally.note(time.Since(a.begin), Timeout, false, nil)
			continue
		}
		all.Go(func() {
			a.once()
			<-waiting
		})
	}
}

// once sends one request and notes how it ended. It does not end with the load: a request that has
// begun is counted.
func (a asker) once() {
	started, connections := time.Since(a.begin), 0
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connections++ }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), http.MethodGet, a.url, nil)
	if err != nil {
		a.tally.note(started, Other, false, err)
		return
	}
	resp, err := a.client.Do(req)
	if err != nil {
		a.tally.note(started, kindOf(err, 0, false), connections > 1, err)
		return
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	a.tally.note(started, kindOf(err, resp.StatusCode, true), connections > 1, err)
}
