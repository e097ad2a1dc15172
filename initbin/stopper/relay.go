package stopper

import "github.com/softstop/softstop/initbin"

// relay passes the task's signal on.
func (s *stop) relay() error {
	f, err := s.looker.settled()
	if err != nil {
		return err
	}
	signal := initbin.Signal(s.task.Signal).String()
	list := receivers(f, s.task.Signal, s.options.SignalTarget)
	for _, p := range list {
		s.verbose("pass ", signal, " on to ", p.who())
		if err := send(p, s.task.Signal); err != nil {
			say("pass ", signal, " on to ", p.who(), ": ", err.Error())
		}
	}
	if len(list) == 0 {
		s.verbose("nobody handles ", signal, ": dropped")
	}
	return nil
}

// receivers returns who is to get a signal that is not a stop: the first process on
// each path that handles it, and nobody whom it would kill. SIGCONT harms nobody and
// goes to all, as a signal to the main process's group goes to all of the group.
func receivers(f *family, signal int, target initbin.Target) []*process {
	var list []*process
	var visit func(p *process)
	visit = func(p *process) {
		handles := p.Handles(signal) || signal == int(initbin.SIGCONT)
		if handles && (target != initbin.TargetGroup || f.main != nil && p.Group == f.main.PID) {
			list = append(list, p)
		}
		if handles && target == initbin.TargetAuto && signal != int(initbin.SIGCONT) {
			return
		}
		for _, child := range p.children {
			visit(child)
		}
	}
	if f.main != nil {
		if target == initbin.TargetMain {
			if f.main.Handles(signal) || signal == int(initbin.SIGCONT) {
				list = append(list, f.main)
			}
			return list
		}
		visit(f.main)
	}
	for _, o := range f.orphans {
		visit(o)
	}
	return list
}
