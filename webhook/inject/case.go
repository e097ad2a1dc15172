package inject

import (
	"gomodules.xyz/jsonpatch/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/softstop/softstop/config"
)

// Case is a pod in its surroundings, with all that can be said of it before anybody has asked what
// its images run: what earlier passes put in, who wants the injection, and every container's
// policy.
//
// Who has to ask opens a case, asks about the images of Wanted, and goes on with the answers:
//
//	c := inject.Open(pod, facts)
//	plan, operations := c.Inject(ask(c.Wanted()))
type Case struct {
	facts Facts
	// begun is the decision without what depends on images.
	begun Decision
}

// Inject is Open and Case.Inject in one, with the answers of facts.
func Inject(pod *corev1.Pod, facts Facts) (Plan, []jsonpatch.Operation) {
	return Open(pod, facts).Inject(facts.Images)
}

// Decide is Open and Case.Decide in one, with the answers of facts.
func Decide(pod *corev1.Pod, facts Facts) Decision {
	return Open(pod, facts).Decide(facts.Images)
}

// Consent says who wants or refuses the injection.
func (c *Case) Consent() config.Consent { return c.begun.Consent }

// Wanted returns the containers that can be wrapped only if somebody knows what their image runs,
// those included of which an earlier pass knew it.
func (c *Case) Wanted() (names []string) {
	for i := range c.begun.Containers {
		if choice := &c.begun.Containers[i]; choice.Action != Left && choice.needsImage(c.facts.Config) {
			names = append(names, choice.Name)
		}
	}
	return names
}

// Inject decides and plans, and returns the operations that carry the plan out. images are the
// answers about the containers' images, by container.
func (c *Case) Inject(images map[string]ImageAnswer) (Plan, []jsonpatch.Operation) {
	plan := MakePlan(c.Decide(images), c.facts)
	return plan, Patch(c.begun.ours.pod, plan)
}
