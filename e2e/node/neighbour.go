//go:build linux

package node

import (
	"context"
	"net"
)

// neighbourIP is an address on the pods' bridge that no pod is given: theirs begin behind it.
const neighbourIP = "10.88.0.66"

// Neighbour returns a dialer with an address of its own on the pods' network, made where it is not
// there yet: to whom it talks it is one more pod. Dial has the address of the node, which is the
// API server's, too.
func (n *Node) Neighbour(ctx context.Context) (func(ctx context.Context, network, address string) (net.Conn, error), error) {
	args := []string{"addr", "replace", neighbourIP + "/32", "dev", "cni0"}
	if _, err := output(ctx, n.Command("ip", args...), "ip", args); err != nil {
		return nil, err
	}
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(neighbourIP)}}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return inNetwork(n, func() (net.Conn, error) { return from.DialContext(ctx, network, address) })
	}, nil
}
