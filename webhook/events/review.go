package events

import (
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/inject"
)

// OfReview returns what the people of the workload that makes a pod should hear of its
// review: that the pod was left alone, and values that do not hold. There is nothing
// about a pod without an owner, whose creator sees the warnings, and nothing about a dry run.
func OfReview(outcome webhook.Outcome, now time.Time) (all []Event) {
	if outcome.Pod == nil || outcome.DryRun || outcome.Failure != "" || outcome.Plan.Skip == inject.ReasonRefused {
		return nil // who is refused is told, whoever makes the pod
	}
	owner := metav1.GetControllerOf(outcome.Pod)
	if owner == nil {
		return nil
	}
	add := func(reason string, sentences []string, key string) {
		if len(sentences) > 0 {
			all = append(all, Event{
				Namespace: outcome.Pod.Namespace, Owner: *owner, Reason: reason, Action: "Inject",
				Note: "softstop: " + strings.Join(sentences, "; "),
				Key:  key + " " + now.UTC().Format("2006-01-02T15"),
			})
		}
	}
	sentences, words := leftAlone(outcome.Plan)
	add("LeftAlone", sentences, strings.Join(words, ","))
	sentences = badValues(outcome.Plan)
	add("BadValue", sentences, strings.Join(sentences, ","))
	return all
}

// leftAlone says what of a pod that was to be injected was left alone, as a whole or in
// part, for a reason that its people can do something about.
func leftAlone(plan inject.Plan) (sentences, words []string) {
	if reason := plan.Skip; reason.Warns() {
		return []string{fmt.Sprintf("pods are left alone (%s): %s", reason, reason.Sentence())}, []string{string(reason)}
	} else if reason != "" {
		return nil, nil
	}
	for _, c := range plan.Containers {
		if c.Reason.Warns() {
			words = append(words, c.Name+"="+string(c.Reason))
			sentences = append(sentences, fmt.Sprintf("container %q is not wrapped (%s): %s", c.Name, c.Reason, c.Sentence()))
		}
	}
	return sentences, words
}

// badValues says which values do not hold as they were written, each once.
func badValues(plan inject.Plan) (sentences []string) {
	for _, problem := range plan.Problems {
		if sentence := problem.String(); !slices.Contains(sentences, sentence) {
			sentences = append(sentences, sentence)
		}
	}
	return sentences
}
