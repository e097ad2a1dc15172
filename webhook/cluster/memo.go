package cluster

import (
	"sync"
	"time"

	"github.com/softstop/softstop/webhook/inject"
)

// fresh is how long an answer about nodes holds. A node takes longer than that from its
// registration until a pod can land on it.
const fresh = time.Second

// memo remembers what nodes have in common, by the selector that a pod puts to them. The zero value
// is ready to use.
type memo struct {
	mu      sync.Mutex
	until   time.Time
	answers map[string]inject.Nodes
}

// get returns the answer for a selector, if there is one that is still fresh.
func (m *memo) get(selector string, now time.Time) (inject.Nodes, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.After(m.until) {
		return inject.Nodes{}, false
	}
	answer, known := m.answers[selector]
	return answer, known
}

// put remembers an answer until all of them are forgotten together.
func (m *memo) put(selector string, answer inject.Nodes, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.answers == nil || now.After(m.until) {
		m.answers, m.until = map[string]inject.Nodes{}, now.Add(fresh)
	}
	m.answers[selector] = answer
}
