package lookup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
)

// helpers asks Docker's credential helpers: programs that turn the identity of this
// very process, such as a cloud's, into a password for a registry.
type helpers struct {
	programs map[string]string // by the host's pattern
	answers  *recent[string, credential]
}

const (
	// helperTTL is short beside the hour and more for which clouds' passwords hold.
	helperTTL = 5 * time.Minute
	// maxHelper bounds a helper's answer, in bytes.
	maxHelper = 64 << 10
	// helperToken in place of a user says that the secret is an identity token.
	helperToken = "<token>"
)

func newHelpers(programs map[string]string) *helpers {
	return &helpers{programs: programs, answers: newRecent[string, credential](helperTTL)}
}

// program returns the helper for host, that of the longest pattern.
func (h *helpers) program(host string) (string, bool) {
	patterns := slices.SortedFunc(maps.Keys(h.programs), func(a, b string) int { return len(b) - len(a) })
	for _, pattern := range patterns {
		if (credential{pattern: normal(pattern)}).matches(host + "/") {
			return h.programs[pattern], true
		}
	}
	return "", false
}

// credential returns what the helper for host says; nothing without a helper.
func (h *helpers) credential(ctx context.Context, host string) ([]credential, error) {
	program, found := h.program(host)
	if !found {
		return nil, nil
	}
	if known, cached := h.answers.Get(host); cached {
		return []credential{known}, nil
	}
	auth, err := askHelper(ctx, program, host)
	if err != nil {
		return nil, err
	}
	// Whoever asks gets the same, whatever the password of the hour is.
	c := credential{pattern: host, auth: auth, identity: "helper " + program + " " + host}
	h.answers.Add(host, c)
	return []credential{c}, nil
}

// askHelper runs a helper by Docker's protocol: the word get, the host on standard
// input, an object on standard output.
func askHelper(ctx context.Context, program, host string) (authn.AuthConfig, error) {
	if !strings.HasPrefix(program, "/") {
		program = "docker-credential-" + program
	}
	var out bytes.Buffer
	command := exec.CommandContext(ctx, program, "get")
	command.Stdin = strings.NewReader(host)
	command.Stdout = &limited{to: &out, left: maxHelper}
	command.WaitDelay = 100 * time.Millisecond // for a child that keeps the output open
	if err := command.Run(); err != nil {
		return authn.AuthConfig{}, fmt.Errorf("ask credential helper %q for %s: %w: %.200s", program, host, errors.Join(err, ctx.Err()), complaint(out.String()))
	}
	var answer struct{ Username, Secret string }
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil { // its text may hold the secret
		return authn.AuthConfig{}, fmt.Errorf("ask credential helper %q for %s: the answer is not what Docker's protocol says", program, host)
	}
	if answer.Username == helperToken {
		return authn.AuthConfig{IdentityToken: answer.Secret}, nil
	}
	return authn.AuthConfig{Username: answer.Username, Password: answer.Secret}, nil
}

// complaint is the sentence that a helper which fails prints in place of its answer; one
// that has answered and then failed has printed the secret.
func complaint(printed string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(printed), "\n")
	if strings.ContainsAny(line, "{\"") {
		return "(what it printed is left out)"
	}
	return line
}

// limited is a writer that fails where too much is written to it.
type limited struct {
	to   io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errTooLarge
	}
	return l.to.Write(p)
}
