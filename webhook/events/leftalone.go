package events

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/webhook"
)

// LeftAlone returns the event about a pod that was to be injected and was left alone, as
// a whole or in part, for a reason that its people can do something about. There is none
// for a pod without an owner, whose creator sees a warning, and none for a dry run.
func LeftAlone(outcome webhook.Outcome, now time.Time) (Event, bool) {
	if outcome.Pod == nil || outcome.DryRun || outcome.Failure != "" {
		return Event{}, false
	}
	owner := metav1.GetControllerOf(outcome.Pod)
	if owner == nil {
		return Event{}, false
	}
	var words, sentences []string
	if reason := outcome.Plan.Skip; reason.Warns() {
		words = append(words, string(reason))
		sentences = append(sentences, fmt.Sprintf("pods are left alone (%s): %s", reason, reason.Sentence()))
	} else if reason == "" {
		for _, c := range outcome.Plan.Containers {
			if c.Reason.Warns() {
				words = append(words, c.Name+"="+string(c.Reason))
				sentences = append(sentences, fmt.Sprintf("container %q is not wrapped (%s): %s", c.Name, c.Reason, c.Sentence()))
			}
		}
	}
	if len(words) == 0 {
		return Event{}, false
	}
	return Event{
		Namespace: outcome.Pod.Namespace, Owner: *owner, Reason: "LeftAlone", Action: "Inject",
		Note: "softstop: " + strings.Join(sentences, "; "),
		Key:  strings.Join(words, ",") + " " + now.UTC().Format("2006-01-02T15"),
	}, true
}
