package load

import (
	"time"
)

// Result is what became of one attempt to create a pod.
type Result string

// The results.
const (
	// Injected pods are wrapped, as they should be.
	Injected Result = "injected"
	// HooksOnly pods have drain and grace, because nobody could say what their image runs.
	HooksOnly Result = "hooks only"
	// Unmutated pods should have been injected and were admitted as they were sent.
	Unmutated Result = "unmutated"
	// LeftAlone pods opted in to nothing and were admitted as they were sent.
	LeftAlone Result = "left alone"
	// Wrong pods look like nothing their kind should look like.
	Wrong Result = "wrong"
	// Rejected pods were refused.
	Rejected Result = "rejected"
	// Away means that there was no API server to answer.
	Away Result = "away"
)

// Record is one attempt.
type Record struct {
	// Kind and Name are the pod's.
	Kind, Name string
	// Began is when the request was sent, Took how long the answer needed.
	Began time.Time
	Took  time.Duration
	// Result is what the API server made of it; Detail says more about a Rejected, Away or Wrong
	// one.
	Result Result
	Detail string
	// Awaited says that the pod was to run; Ran that it did, and Hindrance what kept it from it if
	// not.
	Awaited, Ran bool
	Hindrance    string
}
