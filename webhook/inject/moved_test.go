package inject_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	operation "gomodules.xyz/jsonpatch/v2"

	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/inject/injecttest"
)

// TestMovedUnderThePatch: a patch that counts on a place in a list fails where the list has
// become another, and one that replaces or removes a value fails where the value has. Nothing
// is half done then. It is held for the patches of first passes and of later ones.
func TestMovedUnderThePatch(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.in.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no input in testdata: %v", err)
	}
	moves := map[string]int{}
	for _, input := range inputs {
		facts, raw := readInput(t, input)
		once := injected(t, raw, facts)
		pods := map[string][]byte{"first pass": raw, "undo": once}
		for i, c := range changes() {
			pods[c.name] = changed(t, once, rand.New(rand.NewPCG(0, uint64(i))).Uint64(), c)
		}
		for name, pod := range pods {
			_, operations := inject.Inject(injecttest.Decode(t, pod), facts)
			if name == "undo" {
				operations = inject.Undo(injecttest.Decode(t, pod))
			}
			for _, o := range operations {
				for kind, moved := range moved(t, pod, o) {
					moves[kind]++
					if err := tryApply(t, moved, operations); err == nil {
						t.Errorf("%s, %s: %s: the pod has moved under %s %s, and the patch was applied:\n%s", filepath.Base(input), name, kind, o.Operation, o.Path, document(t, operations))
					}
				}
			}
		}
	}
	t.Log(moves)
	for _, kind := range []string{
		"in front of containers", "in front of initContainers", "in front of volumes", "in front of volumeMounts",
		"first of command is another", "command is another", "args is another", "terminationGracePeriodSeconds is another", "seconds is another", "preStop is another", "lifecycle is another",
		"annotations is another", "labels is another",
	} {
		if moves[kind] == 0 {
			t.Errorf("nothing was tried with %q", kind)
		}
	}
}

// moved returns pod with what o counts on changed, by what was changed.
func moved(t *testing.T, pod []byte, o operation.Operation) map[string][]byte {
	t.Helper()
	pods := map[string][]byte{}
	if o.Operation == "test" {
		return pods
	}
	tokens := strings.Split(strings.TrimPrefix(o.Path, "/"), "/")
	element := false
	for i, token := range tokens {
		_, err := strconv.Atoi(token)
		if element = err == nil; !element || o.Operation == "add" && i == len(tokens)-1 {
			continue
		}
		pods["in front of "+tokens[i-1]] = edited(t, pod, tokens[:i], func(list any) any {
			other := maps.Clone(list.([]any)[0].(map[string]any))
			other["name"], other["mountPath"] = "in-front", "/in-front"
			return append([]any{other}, list.([]any)...)
		})
	}
	if list := len(tokens) - 2; element && (tokens[list] == "command" || tokens[list] == "args") {
		pods["first of "+tokens[list]+" is another"] = edited(t, pod, tokens[:list+1], func(words any) any {
			return append([]any{other(words.([]any)[0])}, words.([]any)[1:]...)
		})
	}
	if !element && o.Operation != "add" {
		kind := tokens[len(tokens)-1]
		if i := slices.Index(tokens, "metadata"); i >= 0 {
			kind = tokens[i+1]
		}
		if whole := slices.Contains([]string{"annotations", "labels", "volumes", "initContainers", "volumeMounts"}, tokens[len(tokens)-1]); !whole {
			pods[kind+" is another"] = edited(t, pod, tokens, other)
		}
	}
	return pods
}

// edited returns pod with the value at path as edit makes it.
func edited(t *testing.T, pod []byte, path []string, edit func(any) any) []byte {
	t.Helper()
	var root any
	if err := json.Unmarshal(pod, &root); err != nil {
		t.Fatal(err)
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	at := root
	for i, token := range path {
		var get func() any
		var set func(any)
		if list, is := at.([]any); is {
			index, err := strconv.Atoi(token)
			if err != nil {
				t.Fatal(err)
			}
			get, set = func() any { return list[index] }, func(value any) { list[index] = value }
		} else {
			object, key := at.(map[string]any), unescape.Replace(token)
			get, set = func() any { return object[key] }, func(value any) { object[key] = value }
		}
		if i == len(path)-1 {
			set(edit(get()))
		}
		at = get()
	}
	data, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// other returns a value that differs from value deep inside.
func other(value any) any {
	switch v := value.(type) {
	case string:
		return v + "x"
	case float64:
		return v + 1
	case []any:
		return append(slices.Clone(v), "x")
	case map[string]any:
		changed := maps.Clone(v)
		for key := range v {
			changed[key] = other(v[key])
		}
		return changed
	}
	return value
}

func tryApply(t *testing.T, pod []byte, operations []operation.Operation) error {
	t.Helper()
	encoded, err := json.Marshal(operations)
	if err != nil {
		t.Fatal(err)
	}
	patch, err := jsonpatch.DecodePatch(encoded)
	if err != nil {
		t.Fatal(err)
	}
	_, err = patch.Apply(pod)
	return err
}
