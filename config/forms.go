package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/softstop/softstop/config/v1alpha1"
	"github.com/softstop/softstop/initbin"
)

// form is how the values of a setting are written.
type form[T any] struct {
	// allowed says what is allowed, as the end of the sentence "it must be …".
	allowed string
	// schema is the JSON schema of a value in YAML. Choices are patterns, not enums: Helm's message
	// then has the value that was given beside what is allowed.
	schema string
	parse  func(text string) (value T, ok bool)
	// format is the value for people; empty means that there is none.
	format func(T) string
	// text is a YAML value as it would stand in an annotation.
	text func(v1alpha1.Value) string
}

// allowBool is what a boolean allows, as the end of a sentence.
const allowBool = "true or false"

const (
	// maxNames is how many containers one value names, maxCommand how long a command is as JSON, in
	// bytes, and maxWords of how many words about: tenants write them, and each pod's review reads
	// them.
	maxNames, maxCommand, maxWords = 100, 16 << 10, 1 << 10
)

// maxDuration keeps every sum of durations far from overflow.
const maxDuration = 24 * time.Hour

// MinStopTimeout is the least time an application gets between the stop signal and
// SIGKILL.
const MinStopTimeout = time.Second

// MinQuiet is the least time without a request after which a drain may end.
const MinQuiet = 100 * time.Millisecond

// durations are from least to 24h.
func durations(least time.Duration, example string) form[time.Duration] {
	return form[time.Duration]{
		allowed: fmt.Sprintf("a duration from %s to 24h such as %s or 1m30s", least, example),
		schema:  `{"type": "string", "pattern": "^(0|([0-9]+([.][0-9]+)?(h|m|s|ms|us|µs|ns))+)$"}`,
		parse: func(text string) (time.Duration, bool) {
			d, err := time.ParseDuration(text)
			return d, err == nil && d >= least && d <= maxDuration
		},
		format: time.Duration.String,
		text:   v1alpha1.Value.Text,
	}
}

// signals are those that a process can catch, by name or number: SIGINT, QUIT, 2; not KILL.
func signals() form[initbin.Signal] {
	return form[initbin.Signal]{
		allowed: "a signal that a process can catch, such as SIGINT or QUIT",
		schema: `{"type": ["string", "integer"], "minimum": 1, "maximum": 64, "pattern": "^([0-9]+|(SIG)?(HUP|INT|QUIT|ABRT|USR1|USR2|ALRM|TERM|STKFLT|` +
			`TSTP|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|PWR|RTMIN([+][0-9]+)?|RTMAX(-[0-9]+)?))$"}`,
		parse: func(text string) (initbin.Signal, bool) {
			signal, ok := initbin.ParseSignal(text)
			return signal, ok && signal.Stoppable()
		},
		format: func(s initbin.Signal) string {
			if s == 0 {
				return ""
			}
			return s.String()
		},
		text: v1alpha1.Value.Text,
	}
}

func targets() form[initbin.Target] {
	return form[initbin.Target]{
		allowed: "auto, main, group or all",
		schema:  choice("auto", "main", "group", "all"),
		parse:   initbin.ParseTarget,
		format:  initbin.Target.String,
		text:    v1alpha1.Value.Text,
	}
}

// exitCodes are numbers from 0 to 255 with commas, and maybe spaces, between them: "143", "143,
// 130".
func exitCodes() form[initbin.ExitCodes] {
	const code = `"pattern": "^[0-9]{1,3}$", "minimum": 0, "maximum": 255`
	return form[initbin.ExitCodes]{
		allowed: "exit codes from 0 to 255 with commas between them, such as 143",
		schema: `{"type": ["string", "integer", "array"], "pattern": "^[0-9]{1,3}( *, *[0-9]{1,3})*$", "minimum": 0, "maximum": 255, ` +
			`"items": {"type": ["string", "integer"], ` + code + `}}`,
		parse: func(text string) (initbin.ExitCodes, bool) {
			return initbin.ParseExitCodes(strings.ReplaceAll(text, " ", ""))
		},
		format: initbin.ExitCodes.String,
		text:   v1alpha1.Value.Text,
	}
}

// commands are a program and its arguments as JSON. A list in YAML is one, too.
func commands() form[[]string] {
	return form[[]string]{
		allowed: `a JSON array of strings such as ["nginx","-g","daemon off;"], at most 16 KiB`,
		schema:  `{"type": ["string", "array"], "pattern": "^\\[.+\\]$", "minItems": 1, "items": {"type": "string"}}`,
		parse: func(text string) (command []string, ok bool) {
			if len(text) > maxCommand || strings.Count(text, ",") > maxWords {
				return nil, false
			}
			err := json.Unmarshal([]byte(text), &command)
			return command, err == nil && len(command) > 0 && command[0] != ""
		},
		format: func(command []string) string { return strings.Join(command, " ") },
		text:   v1alpha1.Value.Words,
	}
}

// names are those of containers: "app", "app, worker"; not "app,".
func names() form[[]string] {
	return form[[]string]{
		allowed: "container names with commas between them, at most " + strconv.Itoa(maxNames),
		schema:  `{"type": ["string", "array"], "pattern": "^[^,]+(,[^,]+)*$", "items": {"type": "string", "minLength": 1}}`,
		parse: func(text string) ([]string, bool) {
			if strings.Count(text, ",") >= maxNames {
				return nil, false
			}
			all := strings.Split(text, ",")
			for i := range all {
				all[i] = strings.TrimSpace(all[i])
			}
			return all, !slices.Contains(all, "")
		},
		format: func(all []string) string { return strings.Join(all, ",") },
		text:   v1alpha1.Value.Text,
	}
}

func booleans() form[bool] {
	return form[bool]{
		allowed: allowBool,
		schema:  `{"type": ["boolean", "string"], "pattern": "^(true|false)$"}`,
		parse:   func(text string) (bool, bool) { return text == "true", text == "true" || text == "false" },
		format:  strconv.FormatBool,
		text:    v1alpha1.Value.Text,
	}
}

// words are a few choices.
func words[T ~string](choices ...T) form[T] {
	var all []string
	for _, word := range choices {
		all = append(all, string(word))
	}
	return form[T]{
		allowed: enumerated(all),
		schema:  choice(all...),
		parse:   func(text string) (T, bool) { return T(text), slices.Contains(all, text) },
		format:  func(word T) string { return string(word) },
		text:    v1alpha1.Value.Text,
	}
}

// choice is the JSON schema of one of a few words.
func choice(words ...string) string {
	return `{"type": "string", "pattern": "^(` + strings.Join(words, "|") + `)$"}`
}
