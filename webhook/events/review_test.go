package events_test

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/events"
	"github.com/softstop/softstop/webhook/inject"
)

// TestOfReview: who hears of what.
func TestOfReview(t *testing.T) {
	owned := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: "shop", OwnerReferences: []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "web-1", UID: "1", Controller: new(true)}},
	}}
	bad := config.Problem{Key: "softstop.dev/drain", Value: "five", Verdict: "is ignored"}
	unwrapped := inject.ContainerPlan{Choice: inject.Choice{Name: "app", Action: inject.HooksOnly, Reason: inject.ReasonPullNever}}
	quiet := inject.ContainerPlan{Choice: inject.Choice{Name: "mesh", Action: inject.Left, Reason: inject.ReasonMeshSidecar}}
	for name, c := range map[string]struct {
		outcome webhook.Outcome
		want    string
	}{
		"all is well":                      {webhook.Outcome{Pod: owned}, ""},
		"what nobody has to do about":      {webhook.Outcome{Pod: owned, Plan: inject.Plan{Containers: []inject.ContainerPlan{quiet}}}, ""},
		"not asked for":                    {webhook.Outcome{Pod: owned, Plan: inject.Plan{Skip: inject.ReasonNotOptedIn}}, ""},
		"a container is not wrapped":       {webhook.Outcome{Pod: owned, Plan: inject.Plan{Containers: []inject.ContainerPlan{quiet, unwrapped}}}, "LeftAlone"},
		"the pod is left alone":            {webhook.Outcome{Pod: owned, Plan: inject.Plan{Skip: inject.ReasonWindows}}, "LeftAlone"},
		"a value means nothing, twice":     {webhook.Outcome{Pod: owned, Plan: inject.Plan{Problems: []config.Problem{bad, bad}}}, "BadValue"},
		"both":                             {webhook.Outcome{Pod: owned, Plan: inject.Plan{Skip: inject.ReasonWindows, Problems: []config.Problem{bad}}}, "LeftAlone BadValue"},
		"refused, which the maker is told": {webhook.Outcome{Pod: owned, Plan: inject.Plan{Skip: inject.ReasonRefused, Problems: []config.Problem{bad}}}, ""},
		"a dry run":                        {webhook.Outcome{Pod: owned, DryRun: true, Plan: inject.Plan{Problems: []config.Problem{bad}}}, ""},
		"a failure of softstop's":          {webhook.Outcome{Pod: owned, Failure: webhook.FailurePanic}, ""},
		"no owner":                         {webhook.Outcome{Pod: &corev1.Pod{}, Plan: inject.Plan{Problems: []config.Problem{bad}}}, ""},
		"no pod":                           {webhook.Outcome{}, ""},
	} {
		var got []string
		for _, event := range events.OfReview(c.outcome, time.Unix(0, 0)) {
			got = append(got, event.Reason)
			if event.Namespace != "shop" || event.Owner.UID != "1" || strings.Count(event.Note, "five") > 1 || !strings.HasPrefix(event.Note, "softstop: ") {
				t.Errorf("%s: %+v", name, event)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: events %q, want %q", name, got, c.want)
		}
	}
}

// TestOnceAnHour: the same is the same event within an hour, and something else is not.
func TestOnceAnHour(t *testing.T) {
	key := func(reason inject.Reason, at time.Duration) string {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{OwnerReferences: []metav1.OwnerReference{{UID: "1", Controller: new(true)}}}}
		return events.OfReview(webhook.Outcome{Pod: pod, Plan: inject.Plan{Skip: reason}}, time.Unix(0, 0).Add(at))[0].Key
	}
	first := key(inject.ReasonWindows, 0)
	if key(inject.ReasonWindows, 59*time.Minute) != first || key(inject.ReasonWindows, time.Hour) == first || key(inject.ReasonWasm, 0) == first {
		t.Error("keys do not tell events apart by reason and hour")
	}
}
