package figures

import "fmt"

// Goal is something promised of a figure.
type Goal struct {
	// What is promised, in words.
	What string
	// Figure is what was measured, in words.
	Figure string
	// Met says whether the promise holds.
	Met bool
}

// AtMost is a goal that a figure must not exceed. format is the figure's, as in "%.2f ×".
func AtMost(what, format string, limit, measured float64) Goal {
	return Goal{
		What: what + ": at most " + fmt.Sprintf(format, limit), Figure: fmt.Sprintf(format, measured),
		Met: measured <= limit,
	}
}

// AtLeast is a goal that a figure must reach.
func AtLeast(what, format string, limit, measured float64) Goal {
	return Goal{
		What: what + ": at least " + fmt.Sprintf(format, limit), Figure: fmt.Sprintf(format, measured),
		Met: measured >= limit,
	}
}

// Mark is the sign for a goal that is met or missed.
func (g Goal) Mark() string {
	if g.Met {
		return "✓"
	}
	return "✗"
}
