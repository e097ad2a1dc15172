package plugin

import (
	"context"
	"errors"
	"path/filepath"
	"sync"

	"github.com/containerd/nri/pkg/api"
	"github.com/go-logr/logr"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook/inject"
)

// Plugin is what the runtime calls. Its fields are set before it is used.
type Plugin struct {
	// Folder is where the plugin's own container has the folder that Put was given, Program what Put
	// returned, PodUID its pod's.
	Folder, Program, PodUID string
	// Limits returns what nobody's plan can go beyond.
	Limits func() config.Limits
	// StopSignal asks the runtime for an image's stop signal.
	StopSignal func(ctx context.Context, image string) (string, error)
	Metrics    *Metrics
	// Ledger is what became of the containers that are on the node.
	Ledger *Ledger
	Log    logr.Logger

	mu      sync.Mutex
	able    bool            // the runtime lets us set a command line
	program string          // the init on the node; empty until the runtime has said where
	leaving bool            // nothing is wrapped any more
	awaited map[string]bool // containers that were wrapped and have not been started yet, by id
	idle    chan struct{}   // closed when we are leaving and nobody is awaited
}

// Ready reports whether containers are wrapped.
func (p *Plugin) Ready() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.works()
}

// works reports whether containers are wrapped, with p.mu held.
func (p *Plugin) works() bool { return p.able && p.program != "" && !p.leaving }

// Configure is the runtime's first call: it says what it is.
func (p *Plugin) Configure(_ context.Context, _, runtime, version string) (api.EventMask, error) {
	err := Supports(runtime, version)
	if err != nil {
		p.Log.Error(err, "no container is wrapped", "runtime", runtime, "version", version)
	} else {
		p.Log.Info("the runtime lets us wrap containers", "runtime", runtime, "version", version)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.able = err == nil
	return 0, nil // what the stub finds in our methods
}

// Synchronize is the second: what is there already, the plugin's own container among it.
func (p *Plugin) Synchronize(_ context.Context, pods []*api.PodSandbox, containers []*api.Container) ([]*api.ContainerUpdate, error) {
	p.Ledger.begin(found(pods, containers, p.Limits()))
	folder := onNode(pods, containers, p.PodUID, p.Folder)
	if folder == "" {
		p.Log.Error(errors.New("the runtime does not know this container"), "no container is wrapped", "pod", p.PodUID, "folder", p.Folder)
		return nil, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.program = filepath.Join(folder, p.Program)
	p.Log.Info("containers get the init mounted", "from", p.program)
	return nil, nil
}

// CreateContainer is called with each container that is about to be made.
func (p *Plugin) CreateContainer(ctx context.Context, pod *api.PodSandbox, container *api.Container) (*api.ContainerAdjustment, []*api.ContainerUpdate, error) {
	plan, planned := planOf(pod, p.Limits)
	if !planned {
		return nil, nil, nil
	}
	if isWrapped(container) { // by the plugin that this one replaces, or that replaces it
		p.Ledger.note(container.GetId(), "")
		return nil, nil, nil
	}
	program, ok := p.await(container.GetId())
	if !ok {
		return nil, nil, nil
	}
	wrapping, reason := p.decide(ctx, plan, container)
	log := p.Log.WithValues("namespace", pod.GetNamespace(), "pod", pod.GetName(), "container", container.GetName())
	if reason == inject.ReasonNotOptedIn {
		p.started(container.GetId())
		return nil, nil, nil
	}
	p.Metrics.count(reason)
	p.Ledger.note(container.GetId(), reason)
	if reason != "" {
		p.started(container.GetId())
		log.Info("not wrapped", "reason", reason, "message", reason.Sentence())
		return nil, nil, nil
	}
	log.Info("wrapped", "flags", wrapping.Flags)
	return adjust(wrapping, program), nil, nil
}

// decide asks the engine.
func (p *Plugin) decide(ctx context.Context, plan inject.Status, container *api.Container) (inject.Wrapping, inject.Reason) {
	return plan.OnNode(container.GetName(), processOf(container), p.Limits(), func() (string, bool) {
		signal, err := p.StopSignal(ctx, imageOf(container))
		if err != nil {
			p.Log.Error(err, "the image's stop signal is not known")
		}
		return signal, err == nil
	})
}

// StartContainer is called when the container's mounts have been made, and before it runs.
func (p *Plugin) StartContainer(_ context.Context, _ *api.PodSandbox, container *api.Container) error {
	p.started(container.GetId())
	return nil
}

// RemoveContainer is called for a container that was never started, too.
func (p *Plugin) RemoveContainer(_ context.Context, _ *api.PodSandbox, container *api.Container) error {
	p.started(container.GetId())
	p.Ledger.forget(container.GetId())
	return nil
}

// Leave wraps nothing any more. The channel that it returns is closed as soon as every container that
// was wrapped has its mounts: until then the program must stay where it is.
func (p *Plugin) Leave() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.leaving {
		p.leaving, p.idle = true, make(chan struct{})
		p.closeIfIdle()
	}
	return p.idle
}

// await notes that a container will mount the program, and returns where that is; false if nothing is
// wrapped.
func (p *Plugin) await(id string) (program string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.works() {
		return "", false
	}
	if p.awaited == nil {
		p.awaited = map[string]bool{}
	}
	p.awaited[id] = true
	return p.program, true
}

func (p *Plugin) started(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.awaited[id] {
		delete(p.awaited, id)
		p.closeIfIdle()
	}
}

func (p *Plugin) closeIfIdle() {
	if p.leaving && len(p.awaited) == 0 {
		close(p.idle)
	}
}
