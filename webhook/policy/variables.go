package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/initbin/program"
	"github.com/softstop/softstop/webhook/inject"
)

// variables follow the engine: decide, the wishes, the stop plan, what the status says. Those about
// containers are lists, init containers first.
func (m *maker) variables() []step {
	return slices.Concat(m.asked(), m.decided(), wished(), m.planned())
}

// asked is what people say: the pod, its namespace, the configuration.
func (m *maker) asked() []step {
	pod := m.policies[0]
	var rules, podRules []string
	for i, rule := range m.config.Rules {
		rules = append(rules, matches(rule, `(has(c.image) ? c.image : "")`)+" ? "+strconv.Itoa(i)+" :\n  ")
		podRules = append(podRules, matches(rule, `""`)+" ? "+strconv.Itoa(i)+" :\n  ")
	}
	return []step{
		{"labels", "", "has(object.metadata.labels) ? object.metadata.labels : {}"},
		{"podSays", "", "has(object.metadata.annotations) ? object.metadata.annotations : {}"},
		{"namespaceSays", "", "has(namespaceObject.metadata.annotations) ? namespaceObject.metadata.annotations : {}"},
		{"wanted", "Who is injected: the pod says it before its namespace, and that before the mode.", m.wanted()},
		{"namespaceUnderstood", "", m.understood("variables.namespaceSays")},
		{"drainSet", "What the pod or its namespace asks for, in seconds; -1 for nothing.", m.set(config.FieldDrain, drainKey)},
		{"timeoutSet", "", m.set(config.FieldStopTimeout, timeoutKey)},
		{"drainAsked", "The pod itself asks for a drain.", m.podAsksForDrain()},
		{"owner", "", `has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(o, has(o.controller) && o.controller) ?
  object.metadata.ownerReferences.filter(o, has(o.controller) && o.controller)[0].kind : ""`},
		{"inits", "How many of the containers are init containers.", "has(object.spec.initContainers) ? size(object.spec.initContainers) : 0"},
		{"containers", "", "(has(object.spec.initContainers) ? object.spec.initContainers : []) + object.spec.containers"},
		{"rule", "The first of the configuration's rules that is for the container; -1 for none.", "variables.containers.map(c,\n  " + strings.Join(rules, "") + "-1)"},
		{"podRule", "The same for the pod as a whole.", strings.Join(podRules, "") + "-1"},
		{"drainAsk", "Each container's drain, in seconds; -1 for a range.", m.each("variables.drainSet", func(p config.Policy) int {
			if p.Drain.Value.IsRange() {
				return -1
			}
			return ceilSeconds(p.Drain.Value.Max)
		})},
		{"timeoutAsk", "Each container's stop timeout, in seconds; -1 for parts of one.", m.each("variables.timeoutSet", func(p config.Policy) int {
			if hasParts(p.StopTimeout.Value) {
				return -1
			}
			return ceilSeconds(p.StopTimeout.Value)
		})},
		{"only", "", list(pod.Containers.Value)},
		{"except", "", list(pod.ExcludeContainers.Value)},
	}
}

// wanted is config.ConsentOf.
func (m *maker) wanted() string {
	mode := strconv.FormatBool(m.config.Mode == config.OptOut)
	namespace := fmt.Sprintf(`has(namespaceObject.metadata.labels) && %[1]s in namespaceObject.metadata.labels && namespaceObject.metadata.labels[%[1]s] in ["enabled", "disabled"] ?
  namespaceObject.metadata.labels[%[1]s] == "enabled" : %[2]s`, quote(config.InjectKey), mode)
	if slices.Contains(m.config.Limits.Locked, config.FieldInject) {
		return namespace
	}
	return fmt.Sprintf(`%[1]s in variables.podSays && variables.podSays[%[1]s] in ["true", "false"] ? variables.podSays[%[1]s] == "true" :
%[2]s`, quote(config.InjectKey), namespace)
}

// set is the value in seconds of a duration that the pod or its namespace sets.
func (m *maker) set(field config.Field, key string) string {
	if slices.Contains(m.config.Limits.Locked, field) {
		return "-1"
	}
	return fmt.Sprintf(`%[1]s in variables.podSays ? duration(variables.podSays[%[1]s]).getSeconds() :
%[1]s in variables.namespaceSays ? duration(variables.namespaceSays[%[1]s]).getSeconds() : -1`, quote(key))
}

func (m *maker) podAsksForDrain() string {
	if slices.Contains(m.config.Limits.Locked, config.FieldDrain) {
		return "false"
	}
	return quote(drainKey) + " in variables.podSays"
}

// each is a value for every container: what somebody set, if that is not -1, else that of its rule.
func (m *maker) each(set string, of func(config.Policy) int) string {
	var values []string
	for _, p := range m.policies {
		values = append(values, strconv.Itoa(of(p)))
	}
	limit := set
	if set == "variables.drainSet" {
		limit = fmt.Sprintf("[%s, %d].min()", set, ceilSeconds(m.config.Limits.MaxDrain))
	}
	return fmt.Sprintf("variables.rule.map(r, %s >= 0 ? %s : %s)", set, limit, chosen("r", values))
}

// decided says for each container what is done to it.
func (m *maker) decided() []step {
	wraps := `!has(c.command) || size(c.command) == 0 ? "no-command" : `
	if m.options.Carrier == config.CarrierNode {
		wraps = `!has(c.command) || size(c.command) == 0 ? "" : ` // the plugin sees what it runs
	}
	return []step{
		{"app", "It is none of the init containers.", "variables.containers.transformList(i, c, i >= variables.inits)"},
		{"left", "Why a container is left alone; nothing if it is not.", `variables.containers.transformList(i, c,
  c.name in variables.except ? "excluded" :
  c.name in variables.only ? "" :
  i < variables.inits && !(has(c.restartPolicy) && c.restartPolicy == "Always") ? "init-container" :
  size(variables.only) > 0 ? "excluded" :
  c.name.matches(` + quote(anyOf("^", inject.MeshProxies(), "(-.*)?$")) + `) ? "mesh-sidecar" :
  ` + strconv.FormatBool(!m.policies[0].Sidecars.Value) + ` && i < variables.inits ? "sidecar" : "")`},
		{"unwrapped", "Why one that is not left alone is not wrapped; nothing if it is.", `variables.containers.transformList(i, c,
  variables.left[i] != "" ? variables.left[i] :
  ` + wraps + `
  c.command[0].matches(` + quote(initFirst(program.Init)) + `) ? "has-init" :
  c.command[0].matches(` + quote(initFirst(program.System)) + `) ? "must-be-pid1" : "")`},
		{"able", "Whether the webhook's answer is known here.", m.able()},
	}
}

// able is true if there is something to do, and nothing in the way that no condition sees.
func (m *maker) able() string {
	var unable, unableWhole []string
	for i, p := range m.policies {
		number := strconv.Itoa(i - 1)
		if p.Command.Source != config.SourceDefault {
			unable = append(unable, number)
		}
		if i > 0 && slices.Contains([]config.Source{p.Containers.Source, p.ExcludeContainers.Source, p.Sidecars.Source, p.Carrier.Source}, config.SourceRule) {
			unableWhole = append(unableWhole, number)
		}
	}
	return fmt.Sprintf(`variables.wanted && variables.namespaceUnderstood && variables.left.exists(l, l == "") &&
!(variables.podRule in [%s]) && !variables.rule.exists(r, r in [%s]) &&
variables.drainAsk.all(d, d >= 0) && variables.timeoutAsk.all(t, t >= 0)`, strings.Join(unableWhole, ", "), strings.Join(unable, ", "))
}

// wished is what each container would like of the stop plan: drain.go of the engine.
func wished() []step {
	return []step{
		{"slept", "How long its own preStop hook sleeps, in seconds; -1 without one.", `variables.containers.map(c, !(has(c.lifecycle) && has(c.lifecycle.preStop)) ? -1 :
  has(c.lifecycle.preStop.sleep) ? int(c.lifecycle.preStop.sleep.seconds) :
  size(c.lifecycle.preStop.exec.command) == 2 ? int(c.lifecycle.preStop.exec.command[1]) :
  int(c.lifecycle.preStop.exec.command[2].split(" ")[size(c.lifecycle.preStop.exec.command[2].split(" ")) - 1]))`},
		{"optsOut", "A sleep of 0 s says that it wants no drain.", `variables.containers.map(c, !variables.drainAsked && has(c.lifecycle) && has(c.lifecycle.preStop) && has(c.lifecycle.preStop.sleep) && c.lifecycle.preStop.sleep.seconds == 0)`},
		{"drains", "It drains for its own sake.", `variables.containers.transformList(i, c, variables.app[i] &&
  (variables.drainAsked || variables.owner != "Job" && (has(c.ports) && size(c.ports) > 0 || has(c.readinessProbe))))`},
		{"own", "Its drain if it were alone.", `variables.containers.transformList(i, c,
  variables.unwrapped[i] != "" && variables.slept[i] >= 0 ? variables.slept[i] :
  [variables.drains[i] && !variables.optsOut[i] ? variables.drainAsk[i] : 0, variables.slept[i], 0].max())`},
		{"leads", "Others wait for it.", `variables.containers.transformList(i, c, variables.app[i] && (variables.owner != "Job" || variables.drainAsked))`},
		{"longest", "The longest drain, without the proxies of meshes.", `(variables.containers.transformList(i, c, variables.leads[i] && variables.left[i] == "", variables.own[i]) + [0]).max()`},
		{"handled", "The proxies of meshes drain with the others, and nothing else.", `variables.containers.transformList(i, c,
  variables.left[i] == "" || variables.left[i] == "mesh-sidecar" && variables.app[i] && variables.longest > 0)`},
		{"longestOfAll", "", `(variables.containers.transformList(i, c, variables.handled[i] && variables.leads[i], variables.own[i]) + [0]).max()`},
		{"drain", "Its drain beside the others.", `variables.containers.transformList(i, c,
  variables.app[i] && variables.drainSet != 0 && !variables.optsOut[i] && (variables.slept[i] < 0 || variables.unwrapped[i] == "") &&
  (variables.drains[i] ? [variables.own[i], variables.drainAsk[i]].max() : variables.own[i]) < variables.longestOfAll ?
  variables.longestOfAll : variables.own[i])`},
		{"timeout", "", `variables.left.transformList(i, l, l == "mesh-sidecar" ? 1 : variables.timeoutAsk[i])`},
	}
}

// planned is the stop plan, and what the status says of it.
func (m *maker) planned() []step {
	grace := "has(object.spec.terminationGracePeriodSeconds) ? int(object.spec.terminationGracePeriodSeconds) : 30"
	return []step{
		{"graceBefore", "", "[" + grace + ", 1].max()"},
		{"grace", "drain + stop timeout + 2 s fit into it, as far as the limit allows.", fmt.Sprintf(`[variables.graceBefore, [%d,
  (variables.containers.transformList(i, c, variables.handled[i], variables.drain[i] + variables.timeout[i] + 2) + [3]).max()].min()].max()`,
			int(m.config.Limits.MaxGrace/time.Second))},
		{"stops", "The stop timeout: what was asked for, more if there is room and nobody asked, less if there is none.", `variables.containers.transformList(i, c,
  variables.drain[i] + variables.timeout[i] <= variables.grace - 2 ? (variables.timeoutSet >= 0 && variables.left[i] == "" ? variables.timeout[i] : variables.grace - 2 - variables.drain[i]) :
  [variables.timeout[i], [1, variables.grace - 2 - variables.drain[i]].max()].min())`},
		{"serves", "The drain that fits.", `variables.containers.transformList(i, c, [variables.drain[i], variables.grace - 2 - variables.stops[i]].min())`},
		{"sleeps", "The preStop hook to add, in seconds; 0 for none.", `variables.containers.transformList(i, c, variables.handled[i] && variables.slept[i] < 0 ? variables.serves[i] : 0)`},
		{"holds", "How long the init holds the stop signal back.", `variables.containers.transformList(i, c, variables.slept[i] >= 0 ? [variables.serves[i] - variables.slept[i], 0].max() : 0)`},
		{"flags", "The init's, with what follows the command line's --.", m.flags()},
		{"status", "The annotation softstop.dev/status: what was done, and why.", m.status()},
	}
}

// flags are those that initbin.Options.Words writes, without the last word, which is --.
func (m *maker) flags() string {
	var middle, end []string
	for _, p := range m.policies {
		o := initbin.Options{SignalTarget: p.SignalTarget.Value, OKExitCodes: p.OKExitCodes.Value}
		if told := p.StopSignal.Value; told != 0 {
			o.StopSignal = initbin.StopSignal{Arriving: told, Told: told}
		}
		words := o.Words()
		middle = append(middle, list(words[1:len(words)-1]))
		o = initbin.Options{NoStacks: !p.LastWords.Value}
		words = o.Words()
		end = append(end, list(words[1:len(words)-1]))
	}
	report := `
  (has(c.terminationMessagePolicy) && c.terminationMessagePolicy == "FallbackToLogsOnError" ? [] :
   !has(c.terminationMessagePath) || c.terminationMessagePath == "" ? ["--report=/dev/termination-log"] :
   c.terminationMessagePath.startsWith("/") ? ["--report=" + c.terminationMessagePath] : []) +`
	if m.options.Carrier == config.CarrierNode {
		report = "" // the plugin sees where it is
	}
	return `variables.containers.transformList(i, c,
  ["--stop-timeout=" + ` + duration("variables.stops[i]") + `] +
  (variables.holds[i] > 0 ? ["--drain=" + ` + duration("variables.holds[i]") + `] : []) +
  ` + chosen("variables.rule[i]", middle) + " +" + report + `
  ` + chosen("variables.rule[i]", end) + `)`
}

// status is inject.Status as JSON. No name in it needs an escape: the API server takes no other names.
func (m *maker) status() string {
	added := `(variables.sleeps[i] == 0 ? "" : has(c.lifecycle) ? ",\"added\":[\"preStop\"]" : ",\"added\":[\"lifecycle\"]")`
	flags := ""
	if m.options.Carrier == config.CarrierNode {
		flags = `
    (variables.unwrapped[i] != "" ? "" : ",\"flags\":[\"" + variables.flags[i].join("\",\"") + "\"]") +`
	}
	return `"{\"version\":` + escaped(m.options.Version) + `" +
(variables.unwrapped.exists(u, u == "") ? ",\"carrier\":\"` + string(m.options.Carrier) + `\"" : "") +
",\"gracePeriodSeconds\":" + string(variables.grace) +
(variables.grace == variables.graceBefore ? "" : ",\"gracePeriodSecondsBefore\":" +
  (has(object.spec.terminationGracePeriodSeconds) ? string(int(object.spec.terminationGracePeriodSeconds)) : "0")) +
",\"containers\":[" + variables.containers.transformList(i, c,
    "{\"name\":\"" + c.name + "\",\"action\":\"" + (variables.unwrapped[i] == "" ? "wrapped" : variables.handled[i] ? "hooks-only" : "left") + "\"" +
    ` + m.reasons() + ` +
    (variables.handled[i] && variables.serves[i] > 0 ? ",\"drain\":\"" + ` + duration("variables.serves[i]") + ` + "\"" : "") +
    (variables.unwrapped[i] == "" ? ",\"stopTimeout\":\"" + ` + duration("variables.stops[i]") + ` + "\"" : "") +` + flags + `
    ` + added + ` + "}").join(",") + "]}"`
}

// reasons are the words and sentences of the engine.
func (m *maker) reasons() string {
	var b strings.Builder
	b.WriteString("(")
	for _, reason := range []inject.Reason{
		inject.ReasonExcluded, inject.ReasonInitContainer, inject.ReasonMeshSidecar, inject.ReasonSidecar,
		inject.ReasonNoCommand, inject.ReasonHasInit, inject.ReasonMustBePID1,
	} {
		message, _ := json.Marshal(reason.Sentence()) // a text: cannot fail
		said := quote(`,"reason":"` + string(reason) + `","message":` + string(message))
		if strings.Contains(said, "CONTAINER") {
			said += `.replace("CONTAINER", c.name)`
		}
		fmt.Fprintf(&b, "variables.unwrapped[i] == %s ? %s :\n     ", quote(string(reason)), said)
	}
	return b.String() + `"")`
}

// escaped is text in JSON, within a text of CEL.
func escaped(text string) string {
	data, _ := json.Marshal(text) // cannot fail
	quoted := strconv.Quote(string(data))
	return quoted[1 : len(quoted)-1]
}
