//go:build linux

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/softstop/softstop/e2e/faults/flood"
	"github.com/softstop/softstop/e2e/faults/load"
)

// fault is one misfortune.
type fault struct {
	// name is short, does is a sentence for the table.
	name, does string
	// strike goes on until ctx ends and then heals what it has done. It returns what it did, in
	// figures.
	strike func(ctx context.Context, s *scene) (string, error)
	// passes says that pods may be admitted unmutated: nobody was there to inject them. Otherwise
	// none may.
	passes bool
	// starves says that pods may fail to start, softstop or not.
	starves bool
	// long is how many times longer than others it strikes; 0 means once.
	long int
}

// faults are all of them, in the table's order.
func faults() []fault {
	return []fault{
		{name: "none", does: "nothing, to compare with", strike: nothing},
		{name: "replica killed", does: "the longest-running replica is killed with SIGKILL, again as soon as two are ready", strike: killReplicas, passes: true, long: 2},
		{name: "rolling restart", does: "`kubectl rollout restart`, one after the other", strike: rollOver, long: 2},
		{name: "CA rotation", does: "authority and leaf are replaced every 20 s", strike: rotate, long: 4},
		{name: "API server restarted", does: "ended with SIGTERM, then with SIGKILL, in turn", strike: restartAPIServer, passes: true, long: 2},
		{name: "Secret deleted", does: "the certificates' Secret is deleted, then the replicas are rolled", strike: deleteSecret},
		{name: "configuration invalid", does: "the ConfigMap becomes nonsense, then the replicas are rolled", strike: breakConfig},
		{name: "registry stopped", does: "connections are refused", strike: stopRegistry},
		{name: "registry slow", does: "it accepts every request and answers none", strike: moody(slow)},
		{name: "registry hostile", does: "redirects to the metadata service and the API server, garbage, endless answers, a byte every 100 ms, 401, 429, 500", strike: beHostile},
		{name: "one replica hung", does: "the one that the API server is connected to gets SIGSTOP", strike: hangOne, passes: true, long: 2},
		{name: "all replicas hung", does: "SIGSTOP, later SIGCONT", strike: hangAll, passes: true},
		{name: "all replicas gone", does: "the Deployment is scaled to 0", strike: takeAway, passes: true},
		{name: "bodies that stall", does: "a neighbour posts 7 MiB each over HTTP/1.1 and HTTP/2 and stops 3 KiB before the end", strike: assault("bodies", reviewPort, flood.Bodies("/mutate"))},
		{name: "flood of connections", does: "a neighbour opens 1200 to each replica and keeps them, half of them without a handshake", strike: assault("connections", reviewPort, flood.Connections)},
		{name: "flood at the probes", does: "the same, at the port that the kubelet asks for health", strike: assault("connections", probePort, flood.Connections)},
		{name: "resets", does: "a neighbour posts over HTTP/2 and takes each request back at once", strike: assault("requests", reviewPort, flood.Resets("/mutate"))},
		{name: "disk full", does: "the kubelet's file system is filled to the last byte", strike: fillDisk, passes: true, starves: true},
	}
}

// row is what a fault did.
type row struct {
	fault
	// done is what strike returned.
	done string
	// healing is how long it took from the end of the fault until softstop had recovered.
	healing time.Duration
	load.Tally
	records []load.Record
}

// settle is how long the load runs before a fault and after its recovery.
const settle = 2 * time.Second

// suffer puts the load on, strikes for so long, and returns when softstop has recovered and all
// pods are accounted for.
func (s *scene) suffer(ctx context.Context, f fault, atLeast time.Duration) (row, error) {
	r := row{fault: f}
	loading, unload := context.WithCancel(ctx)
	defer unload()
	done := make(chan []load.Record, 1)
	run := strings.ReplaceAll(strings.ToLower(f.name), " ", "-")
	go func() { done <- load.Run(loading, s.Client, run, s.kinds) }()
	pause(ctx, settle)
	striking, cancel := context.WithTimeout(ctx, atLeast*time.Duration(max(1, f.long)))
	defer cancel()
	var err error
	if r.done, err = f.strike(striking, s); err == nil {
		healed := time.Now()
		err = s.recovered(ctx)
		r.healing = time.Since(healed)
		pause(ctx, settle)
	}
	unload()
	r.records = <-done
	r.Tally = load.Count(r.records)
	if err != nil {
		return r, fmt.Errorf("%s: %w", f.name, err)
	}
	return r, ctx.Err()
}

// pause lets the load work for a while.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// judge returns the broken promises.
func judge(rows []row) []string {
	var broken []string
	say := func(r row, n int, what string) {
		if n > 0 {
			broken = append(broken, fmt.Sprintf("%s: %d pods %s", r.name, n, what))
		}
	}
	for _, r := range rows {
		say(r, r.Of[load.Rejected], "were rejected")
		say(r, r.Of[load.Wrong], "were changed wrongly")
		if !r.starves {
			say(r, r.Awaited-r.Ran, "did not start")
		}
		if !r.passes {
			say(r, r.Of[load.Unmutated], "were admitted unmutated")
		}
		if r.Created == 0 {
			broken = append(broken, r.name+": no pod was created at all")
		}
	}
	return broken
}
