package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin/program"
	"github.com/softstop/softstop/webhook/inject"
)

// The annotations that the policy understands: durations, and the carrier that it has.
const (
	drainKey   = config.Prefix + string(config.FieldDrain)
	timeoutKey = config.Prefix + string(config.FieldStopTimeout)
	carrierKey = config.Prefix + string(config.FieldCarrier)
)

// conditions are about the pod alone.
func (m *maker) conditions() []step {
	all := []step{
		{"not-injected", "Nothing of softstop's is in it, and nothing that looks like it: the webhook works it out anew.", strings.TrimSpace(`
!(has(object.metadata.labels) && "softstop.dev/injected" in object.metadata.labels) &&
!(has(object.metadata.annotations) && "softstop.dev/status" in object.metadata.annotations) &&
!(has(object.spec.volumes) && object.spec.volumes.exists(v, v.name.startsWith("softstop"))) &&
` + every(notOurs))},
		{"not-a-mirror-pod", "The kubelet runs it from a file.", `!(has(object.metadata.annotations) && "kubernetes.io/config.mirror" in object.metadata.annotations)`},
		{"no-workflow-engine", "Tekton and Argo Workflows start and stop their steps themselves.",
			`!(has(object.metadata.labels) && object.metadata.labels.exists(k, k in ` + list(inject.WorkflowLabels()) + `))`},
		{"not-windows", "There are no Unix signals on Windows, nor processes in WebAssembly; whatever may be either is left alone.", strings.TrimSpace(notWindows) + " &&\n" + every(noWindowsProgram)},
		{"grace-not-zero", "It asks to be killed at once.", "!(has(object.spec.terminationGracePeriodSeconds) && object.spec.terminationGracePeriodSeconds == 0)"},
		{"annotations-understood", "Settings beside these, or written otherwise, are the webhook's.",
			"!has(object.metadata.annotations) ||\n" + m.understood("object.metadata.annotations")},
		{"annotations-have-room", "The API server takes 256 KiB of them, and no node a pod of more than 100 containers.", strings.TrimSpace(`
(!has(object.metadata.annotations) || object.metadata.annotations.map(k, size(k) + size(object.metadata.annotations[k])).sum() < 32768) &&
size(object.spec.containers) + (has(object.spec.initContainers) ? size(object.spec.initContainers) : 0) <= 100`)},
		{"hooks-understood", "Of a preStop hook that does more than sleep nobody knows here how long it takes, or whether it stops the program.", every(hookUnderstood)},
		{"no-stop-signal", "lifecycle.stopSignal is the webhook's.", every("!(has(c.lifecycle) && has(c.lifecycle.stopSignal))")},
		{"names-no-process-1", "A probe or hook that looks into process 1 would find the init there.", every(namesNoProcess1)},
		{"commands-understood", "A command with the name of an init or a system in it, but at its very beginning, has to be read as a shell does.",
			every(fmt.Sprintf(commandUnderstood, quote(initFirst(program.Init, program.System)), quote(initAnywhere())))},
	}
	if m.options.Carrier == config.CarrierNode {
		all = append(all, step{"no-runtime-class", "The nodes' plugin leaves it alone: it may be a virtual machine.", "!has(object.spec.runtimeClassName)"})
	}
	if len(m.config.Images) > 0 {
		all = append(all, step{"image-unknown", "What these images run the configuration says.",
			every("has(c.command) && size(c.command) > 0 || has(c.image) && !" + globs("c.image", slices.Sorted(maps.Keys(m.config.Images))))})
	}
	return all
}

const notOurs = `!c.name.startsWith("softstop-install") &&
!(has(c.volumeMounts) && c.volumeMounts.exists(m, m.name.startsWith("softstop") || m.mountPath.contains("softstop") || m.mountPath.contains("..") || m.mountPath.matches("^[./]*$"))) &&
!(has(c.volumeDevices) && c.volumeDevices.exists(d, d.name.startsWith("softstop") || d.devicePath.contains("softstop") || d.devicePath.contains("..") || d.devicePath.matches("^[./]*$"))) &&
((has(c.command) ? c.command : []) + (has(c.args) ? c.args : [])).all(w, !w.contains("softstop-init"))`

const notWindows = `
!(has(object.spec.os) && object.spec.os.name != "linux") &&
!(has(object.spec.nodeSelector) && object.spec.nodeSelector.exists(k, (k + "=" + object.spec.nodeSelector[k]).lowerAscii().contains("windows"))) &&
!(has(object.spec.affinity) && has(object.spec.affinity.nodeAffinity) && has(object.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution) &&
  object.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.exists(t, has(t.matchExpressions) && t.matchExpressions.exists(e,
    e.key.lowerAscii().contains("windows") || has(e.values) && e.values.exists(v, v.lowerAscii().contains("windows") || e.operator == "NotIn" && v == "linux")))) &&
!(has(object.spec.securityContext) && has(object.spec.securityContext.windowsOptions)) &&
!(has(object.spec.runtimeClassName) && object.spec.runtimeClassName.matches("(?i)windows|wasm|spin|slight|wws|lunatic"))`

const noWindowsProgram = `!(has(c.securityContext) && has(c.securityContext.windowsOptions)) &&
!(has(c.image) && c.image.matches("(?i)windows|nanoserver|servercore|ltsc20")) &&
!(has(c.command) && size(c.command) > 0 && c.command[0].matches("(?i)[.]exe$|:\\\\|(^|/)(powershell|cmd)$"))`

// hookUnderstood is true of a preStop hook that only sleeps; slept says for how long.
const hookUnderstood = `!(has(c.lifecycle) && has(c.lifecycle.preStop)) ||
(has(c.lifecycle.preStop.sleep) ? c.lifecycle.preStop.sleep.seconds >= 0 && c.lifecycle.preStop.sleep.seconds <= 3600 :
  has(c.lifecycle.preStop.exec) && has(c.lifecycle.preStop.exec.command) && (
    size(c.lifecycle.preStop.exec.command) == 2 && c.lifecycle.preStop.exec.command[0].matches("^((/usr)?/bin/)?sleep$") && c.lifecycle.preStop.exec.command[1].matches("^[0-9]{1,3}$") ||
    size(c.lifecycle.preStop.exec.command) == 3 && c.lifecycle.preStop.exec.command[0].matches("^((/usr)?/bin/)?(ba|da|a)?sh$") && c.lifecycle.preStop.exec.command[1] == "-c" &&
      c.lifecycle.preStop.exec.command[2].matches("^(exec )?((/usr)?/bin/)?sleep [0-9]{1,3}$")))`

// namesNoProcess1 is true where no command of a probe or hook has a 1 that may be a process's.
const namesNoProcess1 = `[has(c.livenessProbe) && has(c.livenessProbe.exec) ? c.livenessProbe.exec : {},
 has(c.readinessProbe) && has(c.readinessProbe.exec) ? c.readinessProbe.exec : {},
 has(c.startupProbe) && has(c.startupProbe.exec) ? c.startupProbe.exec : {},
 has(c.lifecycle) && has(c.lifecycle.postStart) && has(c.lifecycle.postStart.exec) ? c.lifecycle.postStart.exec : {}
].all(e, !has(e.command) || e.command.all(w, !w.contains("killall5") && !w.replace("exit 1", "").matches("(^|[^0-9.])1($|[^0-9.])")))`

// commandUnderstood takes the names at the beginning of a command, and those anywhere in it.
const commandUnderstood = `!has(c.command) || size(c.command) == 0 || c.command[0].matches(%[1]s) ||
(c.command + (has(c.args) ? c.args : []) + (has(c.env) ? c.env.map(e, has(e.value) ? e.value : "") : [])).all(w, !w.matches(%[2]s))`

// initFirst is the regular expression of a program of these kinds, in whatever folder.
func initFirst(kinds ...program.Kind) string {
	var names []string
	for _, kind := range kinds {
		names = append(names, program.Names(kind)...)
	}
	return anyOf("(^|/)", names, "$")
}

// initAnywhere is that of the name of an init or a system, wherever it stands in a text.
func initAnywhere() string {
	names := slices.Concat(program.Names(program.Init), program.Names(program.System), program.SystemFiles())
	return anyOf("(^|[^A-Za-z0-9_.-])", names, "($|[^A-Za-z0-9_.-])")
}

// understood is true of annotations, an expression, of which the policy knows all that are
// softstop's. What the configuration locks nobody reads.
func (m *maker) understood(annotations string) string {
	ignored := []string{config.InjectKey, config.IgnoreKey}
	var locked []string
	for _, field := range m.config.Limits.Locked {
		ignored = append(ignored, config.Prefix+string(field))
		locked = append(locked, fmt.Sprintf("k.startsWith(%s)", quote(config.Prefix+string(field)+".")))
	}
	terms := append([]string{`!k.startsWith("softstop.dev/")`, "k in " + list(ignored)}, locked...)
	for key, least := range map[string]string{drainKey: "0s", timeoutKey: config.MinStopTimeout.String()} {
		terms = append(terms, fmt.Sprintf(`k == %[1]s && %[2]s[k].matches("^[0-9]{1,5}[smh]$") && duration(%[2]s[k]) >= duration(%[3]s) && duration(%[2]s[k]) <= duration("24h")`,
			quote(key), annotations, quote(least)))
	}
	terms = append(terms, fmt.Sprintf("k == %s && %s[k] == %s", quote(carrierKey), annotations, quote(string(m.options.Carrier))))
	slices.Sort(terms)
	return annotations + ".all(k,\n  " + strings.Join(terms, " ||\n  ") + ")"
}
