package plugin

import (
	"encoding/json"
	"maps"
	"net/http"
	"path"
	"sync"

	"github.com/containerd/nri/pkg/api"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook/inject"
)

// Ledger has the outcome of each container on the node that the webhook planned to have wrapped, by the
// runtime's id of the container: wrapped, or the reason why not. It has no names, and nothing of what
// runs: whoever reaches the plugin's port can read it.
type Ledger struct {
	mu sync.Mutex
	of map[string]string
}

// outcome is the word for a reason why a container was not wrapped, or for none.
func outcome(reason inject.Reason) string {
	if reason == "" {
		return string(inject.Wrapped)
	}
	return string(reason)
}

// begin forgets all, and notes what is there already.
func (l *Ledger) begin(of map[string]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of = of
}

func (l *Ledger) note(id string, reason inject.Reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[string]string{}
	}
	l.of[id] = outcome(reason)
}

func (l *Ledger) forget(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.of, id)
}

// Outcomes returns all of them.
func (l *Ledger) Outcomes() map[string]string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.of)
}

// ServeHTTP answers with them, as one JSON object.
func (l *Ledger) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	outcomes := l.Outcomes()
	if outcomes == nil {
		outcomes = map[string]string{}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(outcomes) // whoever asked may be gone
}

// found says what became of the containers that were made before this plugin was there: by other
// plugins, or with none.
func found(pods []*api.PodSandbox, containers []*api.Container, limits config.Limits) map[string]string {
	plans := map[string]inject.Status{}
	for _, pod := range pods {
		if plan, planned := planOf(pod, func() config.Limits { return limits }); planned {
			plans[pod.GetId()] = plan
		}
	}
	of := map[string]string{}
	for _, container := range containers {
		plan, planned := plans[container.GetPodSandboxId()]
		if !planned {
			continue
		}
		if reason := foundReason(plan, container, limits); reason != inject.ReasonNotOptedIn {
			of[container.GetId()] = outcome(reason)
		}
	}
	return of
}

// foundReason is why a container that is there already is not wrapped, empty if it is.
func foundReason(plan inject.Status, container *api.Container, limits config.Limits) inject.Reason {
	_, reason := plan.OnNode(container.GetName(), processOf(container), limits, func() (string, bool) { return "", true })
	switch {
	case reason != inject.ReasonNotOptedIn && isWrapped(container):
		return ""
	case reason == "":
		return inject.ReasonNoPlugin
	}
	return reason
}

// isWrapped reports whether a container runs the init that one of our plugins has mounted.
func isWrapped(container *api.Container) bool {
	args := container.GetArgs()
	if len(args) == 0 || path.Base(args[0]) != initbin.Name {
		return false
	}
	for _, m := range container.GetMounts() {
		if m.GetDestination() == args[0] {
			return true
		}
	}
	return false
}
