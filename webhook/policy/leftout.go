package policy

import (
	"fmt"
	"strings"

	"github.com/softstop/softstop/config"
)

// leftOut is what the policy does not do, or does with less than the webhook, each as a sentence for
// a comment: first what holds for any configuration, then what this one has.
func (m *maker) leftOut() []string {
	all := []string{
		"images: nobody asks a registry what an image runs. A container without a command gets the drain and the grace period, and no init.",
		"warnings: a pod that is left out is admitted without a word. softstop scan finds it, softstop explain says what the webhook would do.",
		"pods with annotations softstop.dev/… beside drain and stop-timeout, which must be whole seconds, minutes or hours, such as 15s; with a range.",
		"pods with a preStop hook that does more than sleep, or with lifecycle.stopSignal.",
		"pods whose probes or hooks may name process 1; whose command or variables name an init or a system, but as the first word of the command.",
		"pods that may run on Windows or in WebAssembly; with a volume, a mount or a container that may be mistaken for softstop's.",
		"containers that other webhooks add later: they get the longest drain, and no init.",
		"events, metrics of pods, and a new look at pods that have softstop in them already.",
	}
	if m.options.Carrier == config.CarrierNode {
		all[0] = "images: nobody asks a registry what an image runs; the nodes' plugin sees it."
		all = append(all, "pods with a runtimeClassName.")
	}
	return append(all, m.leftOutOfThis()...)
}

// leftOutOfThis is about this configuration.
func (m *maker) leftOutOfThis() (all []string) {
	if asked := m.policies[0].Carrier.Value; asked != m.options.Carrier {
		all = append(all, fmt.Sprintf("the carrier %s of the configuration: here it is %s.", asked, m.options.Carrier))
	}
	if m.config.Strict {
		all = append(all, "strict: a bad value refuses no pod, it leaves the pod out.")
	}
	if len(m.config.Images) > 0 {
		all = append(all, "images of the configuration: pods with a container of one of these, and without a command.")
	}
	for i, p := range m.policies {
		if why := unfit(p, i > 0); len(why) > 0 {
			whose := "to which no rule applies"
			if i > 0 {
				whose = fmt.Sprintf("of rules[%d]", i-1)
			}
			all = append(all, fmt.Sprintf("pods with containers %s, for its %s.", whose, strings.Join(why, ", ")))
		}
	}
	return all
}

// unfit are the settings of p that the policy cannot keep: those of rules are for containers, and
// some are the whole pod's.
func unfit(p config.Policy, rule bool) (fields []string) {
	for _, field := range []struct {
		name config.Field
		is   bool
	}{
		{config.FieldDrain, p.Drain.Value.IsRange()},
		{config.FieldStopTimeout, hasParts(p.StopTimeout.Value)},
		{config.FieldCommand, p.Command.Source != config.SourceDefault},
		{config.FieldContainers, rule && p.Containers.Source == config.SourceRule},
		{config.FieldExcludeContainers, rule && p.ExcludeContainers.Source == config.SourceRule},
		{config.FieldSidecars, rule && p.Sidecars.Source == config.SourceRule},
		{config.FieldCarrier, rule && p.Carrier.Source == config.SourceRule},
	} {
		if field.is {
			fields = append(fields, string(field.name))
		}
	}
	return fields
}
