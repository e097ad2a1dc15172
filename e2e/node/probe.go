//go:build linux

package node

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// probe asks the components whether they are there. It runs inside the node's network.
type probe struct {
	token  string
	client *http.Client
}

func newProbe(token string) *probe {
	return &probe{token: token, client: &http.Client{
		Timeout: 5 * time.Second,
		// The API server makes its certificate as it starts, and nobody else can be at this address.
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}}
}

// wait returns when c holds, or an error that says why it did not in time.
func (p *probe) wait(ctx context.Context, c condition) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := p.check(ctx, c)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited until %s, but: %w", c, err)
		case <-tick.C:
		}
	}
}

func (p *probe) check(ctx context.Context, c condition) error {
	switch c {
	case runtimeAnswers:
		conn, err := net.Dial("unix", runtimeSocket)
		if err != nil {
			return err
		}
		return conn.Close()
	case databaseAnswers:
		_, err := p.get(ctx, "http://"+etcdAddress+"/health")
		return err
	case apiAnswers:
		_, err := p.get(ctx, "https://"+apiAddress+"/readyz")
		return err
	case nodeIsReady:
		return p.nodeReady(ctx)
	case accountsExist:
		_, err := p.get(ctx, "https://"+apiAddress+"/api/v1/namespaces/default/serviceaccounts/default")
		return err
	}
	return fmt.Errorf("unknown condition %q", c)
}

func (p *probe) nodeReady(ctx context.Context) error {
	body, err := p.get(ctx, "https://"+apiAddress+"/api/v1/nodes/"+Hostname)
	if err != nil {
		return err
	}
	var n struct {
		Spec struct {
			Taints []struct{ Key string }
		}
		Status struct {
			Conditions []struct{ Type, Status, Message string }
		}
	}
	if err := json.Unmarshal(body, &n); err != nil {
		return err
	}
	for _, c := range n.Status.Conditions {
		if c.Type == "Ready" && c.Status != "True" {
			return fmt.Errorf("the kubelet says: %s", c.Message)
		}
	}
	// The controller manager takes the taint off a moment after the node is ready; until then no pod is scheduled.
	if len(n.Status.Conditions) == 0 || len(n.Spec.Taints) > 0 {
		return fmt.Errorf("the node takes no pods yet")
	}
	return nil
}

func (p *probe) get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return body, err
}
