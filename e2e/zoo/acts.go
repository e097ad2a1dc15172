package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// whole is what every slow request is answered with.
const whole = "whole"

// do runs a shell line beside the container, as kubectl exec's files and network but
// not its processes.
func do(line string) Act {
	return func(c *Cell) (Check, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if out, err := c.shell(ctx, line); err != nil {
			return nil, fmt.Errorf("%s: %w: %s", line, err, out)
		}
		return nil, nil
	}
}

// beside begins a shell line that goes on beside the container until the cell ends.
func beside(line string) Act {
	return func(c *Cell) (Check, error) {
		go func() { _, _ = c.shell(context.Background(), line) }() // It ends with the cell.
		return nil, nil
	}
}

// until waits for a condition.
func until(check Check) Act {
	return func(c *Cell) (Check, error) { return nil, within(30*time.Second, check)(c) }
}

// signalInit sends PID 1 a signal that is no stop.
func signalInit(sig unix.Signal) Act {
	return func(c *Cell) (Check, error) { return nil, c.cmd.Process.Signal(sig) }
}

// background begins a shell line that must end well by itself, whatever the container
// does meanwhile.
func background(line, phrase string) Act {
	return func(c *Cell) (Check, error) {
		type outcome struct {
			out string
			err error
		}
		done := make(chan outcome, 1)
		go func() {
			out, err := c.shell(context.Background(), line)
			done <- outcome{out, err}
		}()
		return func(*Cell) error {
			select {
			case got := <-done:
				if got.err != nil {
					return fmt.Errorf("%s (%s)", phrase, lastLines(got.out, 1))
				}
				return nil
			case <-time.After(5 * time.Second):
				return errors.New(phrase)
			}
		}, nil
	}
}

// download begins to fetch big, a file of the container that its web server has at
// /big, and reads it over about two
// seconds; it has begun when the first bytes are there. In the end it must be the file,
// byte for byte.
func download(big string) Act {
	const url = "http://127.0.0.1/big"
	return func(c *Cell) (Check, error) {
		want, err := os.ReadFile(c.path(big))
		if err != nil {
			return nil, err
		}
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get(url) //nolint:bodyclose // The reader below closes it.
		if err != nil {
			return nil, err
		}
		if response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("get %s: %s", url, response.Status)
		}
		body := bufio.NewReader(response.Body)
		if _, err := body.Peek(1); err != nil {
			return nil, fmt.Errorf("get %s: %w", url, err)
		}
		done := make(chan error, 1)
		go func() {
			defer response.Body.Close()
			done <- readSlowly(body, want)
		}()
		return wait(done, "download cut off"), nil
	}
}

// readSlowly reads what must be want in twenty portions, a tenth of a second apart.
func readSlowly(body io.Reader, want []byte) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	portion := make([]byte, len(want)/20+1)
	for at := 0; at < len(want); {
		n, err := io.ReadFull(body, portion[:min(len(portion), len(want)-at)])
		if !bytes.Equal(portion[:n], want[at:at+n]) {
			return fmt.Errorf("other bytes than the file's after %d", at)
		}
		at += n
		if err != nil {
			return fmt.Errorf("%d of %d bytes: %w", at, len(want), err)
		}
		<-tick.C
	}
	return nil
}

// backend serves slow answers from outside the container.
func backend(address string) Act {
	return func(c *Cell) (Check, error) {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return nil, err
		}
		go func() {
			// It ends with the cell.
			_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if err := os.WriteFile(c.path("out/request.up"), []byte("1\n"), 0o644); err != nil {
					http.Error(w, err.Error(), http.StatusInternalServerError)
				}
				<-time.After(1500 * time.Millisecond)
				_, _ = io.WriteString(w, whole) // The proxy may have gone.
			}))
		}()
		return nil, nil
	}
}

// expects waits a few seconds for what the init or the subject should have done by
// then; phrase says what it means if they have not.
func expects(check Check, phrase string) Act {
	return func(c *Cell) (Check, error) {
		if within(4*time.Second, check)(c) == nil {
			return nil, nil
		}
		return func(*Cell) error { return errors.New(phrase) }, nil
	}
}

// request begins a request that takes the server a while. It has begun when began
// holds; in the end the answer must be whole.
func request(url string, began Check) Act {
	return func(c *Cell) (Check, error) {
		done := make(chan error, 1)
		go func() {
			client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			response, err := client.Get(url)
			if err != nil {
				done <- err
				return
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err == nil && (response.StatusCode != http.StatusOK || string(body) != whole) {
				err = fmt.Errorf("%s: %q", response.Status, body)
			}
			done <- err
		}()
		if err := within(30*time.Second, began)(c); err != nil {
			return nil, err
		}
		return wait(done, "request in flight failed"), nil
	}
}

// wait is the check that what was begun has ended without an error.
func wait(done <-chan error, phrase string) Check {
	return func(*Cell) error {
		select {
		case err := <-done:
			if err != nil {
				return errors.New(phrase)
			}
			return nil
		case <-time.After(10 * time.Second):
			return errors.New(phrase)
		}
	}
}
