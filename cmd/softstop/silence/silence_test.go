package silence_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/cmd/softstop/silence"
)

const checks = `apiVersion: softstop.dev/v1alpha1
kind: Checks
disable: [command-unknown]
severity: {script-as-pid1: warning, bad-value: "off"}
ignore:
- {findings: [grace-zero], kind: DaemonSet, namespace: metallb-*, reason: BGP sessions must end at once}
- {findings: [no-drain], container: cache}
`

func TestRules(t *testing.T) {
	rules, err := silence.ParseRules([]byte(checks))
	if err != nil {
		t.Fatal(err)
	}
	speaker := silence.Object{Kind: "DaemonSet", Namespace: "metallb-system", Name: "speaker"}
	web := silence.Object{Kind: "Deployment", Name: "web"}
	for _, c := range []struct {
		id        finding.ID
		container string
		object    silence.Object
		want      finding.Level
	}{
		{finding.GraceZero, "", speaker, ""},
		{finding.GraceZero, "", web, finding.Warning},
		{finding.NoDrain, "cache", web, ""},
		{finding.NoDrain, "app", web, finding.Warning},
		{finding.CommandUnknown, "app", web, ""},
		{finding.ScriptPID1, "app", web, finding.Warning},
		{finding.BadValue, "", web, ""},
	} {
		level := finding.Warning
		if c.id == finding.ScriptPID1 {
			level = finding.Note
		}
		got, counts := rules.Apply(finding.Finding{ID: c.id, Level: level, Container: c.container}, c.object)
		if counts != (c.want != "") || counts && got.Level != c.want {
			t.Errorf("%+v: %s, %v", c, got.Level, counts)
		}
	}
	only := silence.Rules{Enable: []string{"grace-zero"}}
	if _, counts := only.Apply(finding.Finding{ID: finding.NoDrain}, web); counts {
		t.Error("no-drain counts, though only grace-zero is enabled")
	}
}

// TestRulesSayAllThatIsWrong holds that every mistake is named at once, with what is allowed.
func TestRulesSayAllThatIsWrong(t *testing.T) {
	_, err := silence.ParseRules([]byte("kind: Check\ndisable: [nodrain]\nseverity: {no-drain: error}\nignore:\n- {kind: '['}\n"))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"kind: Checks", `no finding "nodrain"; there are shell-as-pid1`, `no-drain="error": must be warning, note or off`, "ignore[0]: findings must name one", `"[" is no pattern`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
	if _, err := silence.ParseRules([]byte("kind: Checks\nsilence: [no-drain]\n")); err == nil || !strings.Contains(err.Error(), "silence") {
		t.Errorf("an unknown key: %v", err)
	}
}

func TestBaseline(t *testing.T) {
	a := silence.Known{File: "a.yaml", Object: "Pod a", Container: "app", Finding: finding.NoDrain}
	b := silence.Known{File: "b.yaml", Object: "Pod b", Finding: finding.GraceZero}
	text, err := silence.WriteBaseline([]silence.Known{b, a, a})
	if err != nil {
		t.Fatal(err)
	}
	known, err := silence.ParseBaseline(text)
	if err != nil {
		t.Fatal(err)
	}
	if !known.Has(a) || known.Has(silence.Known{File: "a.yaml", Object: "Pod a", Container: "side", Finding: finding.NoDrain}) {
		t.Error("the baseline knows too little or too much")
	}
	if known.Gone() != 1 {
		t.Errorf("%d are gone, want the one of Pod b", known.Gone())
	}
	if again, err := silence.WriteBaseline([]silence.Known{a, b}); err != nil || string(again) != string(text) {
		t.Errorf("the order of findings matters: %v\n%s%s", err, text, again)
	}
	for _, bad := range []string{"", "kind: Baseline", "apiVersion: softstop.dev/v1alpha1\nkind: Baseline\nfindings: 7", "{"} {
		if _, err := silence.ParseBaseline([]byte(bad)); err == nil {
			t.Errorf("%q is a baseline", bad)
		}
	}
}

func TestIgnored(t *testing.T) {
	ids, unknown := silence.Ignored("no-drain, grace-zero", "", "x,")
	if !reflect.DeepEqual(ids, []finding.ID{finding.NoDrain, finding.GraceZero}) || !reflect.DeepEqual(unknown, []string{"x"}) {
		t.Errorf("%v, unknown %v", ids, unknown)
	}
	if f := silence.UnknownIgnore("x"); !strings.Contains(f.What, `softstop.dev/ignore: "x" is ignored`) {
		t.Error(f.What)
	}
}
