package stopper

import (
	"time"

	"github.com/softstop/softstop/initbin"
)

// relay passes the task's signal on. Where it stays pending, because the process blocks it
// and sleeps, its children are tried instead: su blocks what it does not pass on.
func (s *stop) relay() error {
	signal := initbin.Signal(s.task.Signal).String()
	sent, deaf := map[identity]*process{}, map[identity]bool{}
	look := func() (*tree, error) { return s.looker.settled(maxSettleTime) }
	for {
		t, err := look()
		if err != nil {
			return err
		}
		look = s.looker.look
		for id, p := range sent {
			now := t.all[id.pid]
			deaf[id] = now != nil && now.id() == id && now.Awaits(s.task.Signal) && now.Switches == p.Switches
		}
		again := false
		for _, p := range receivers(t, s.task.Signal, s.options.SignalTarget, deaf) {
			if sent[p.id()] != nil {
				continue
			}
			sent[p.id()], again = p, again || p.Blocks(s.task.Signal)
			s.verbose("pass ", signal, " on to ", p.who())
			if err := send(p, s.task.Signal); err != nil {
				say("pass ", signal, " on to ", p.who(), ": ", err.Error())
			}
		}
		if !again {
			if len(sent) == 0 {
				s.verbose("nobody handles ", signal, ": dropped")
			}
			return nil
		}
		time.Sleep(deafTime)
	}
}

// receivers returns who is to get a signal that is not a stop: the first process on
// each path that handles it and is not deaf to it, and nobody whom it would kill. SIGCONT harms nobody and
// goes to all, as a signal to the main process's group goes to all of the group.
func receivers(t *tree, signal int, target initbin.Target, deaf map[identity]bool) []*process {
	var list []*process
	var visit func(p *process)
	visit = func(p *process) {
		handles := p.Handles(signal) && !deaf[p.id()] || signal == int(initbin.SIGCONT)
		if handles && (target != initbin.TargetGroup || t.main != nil && p.Group == t.main.PID) {
			list = append(list, p)
		}
		if handles && target == initbin.TargetAuto && signal != int(initbin.SIGCONT) {
			return
		}
		for _, child := range p.children {
			visit(child)
		}
	}
	if t.main != nil {
		if target == initbin.TargetMain {
			if t.main.Handles(signal) || signal == int(initbin.SIGCONT) {
				list = append(list, t.main)
			}
			return list
		}
		visit(t.main)
	}
	for _, o := range t.orphans {
		visit(o)
	}
	return list
}
