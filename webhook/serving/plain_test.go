package serving

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/softstop/softstop/e2e/await"
)

// TestPlainFlood: somebody who holds all connections that one address may have to the port of the
// probes, and asks nothing, keeps nobody at another address from asking.
func TestPlainFlood(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	server, err := Plain(t.Context(), "probes", "127.0.0.1:0", handler, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Start(ctx) }()
	address := server.Listener.Addr().String()
	attacker := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.66")}}
	shown := make(chan bool, 1000)
	for range 10 * passersBy().perAddress {
		connection, err := attacker.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		go func() {
			_, _ = io.Copy(io.Discard, connection) // ends when one of both sides closes it
			shown <- true
		}()
	}
	for range 9 * passersBy().perAddress {
		await.Next(t, "who is beyond the bound is shown out", shown)
	}
	response, err := from("127.0.0.67", false).Get("http://" + address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if response.StatusCode != http.StatusOK || !strings.Contains(string(text), "ok") {
		t.Errorf("while others hold connections health is answered %s %q", response.Status, text)
	}
	cancel()
	await.Next(t, "its end", ended)
}
