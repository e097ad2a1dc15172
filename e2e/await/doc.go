// Package await is how tests wait: for a condition, and never for a time.
//
// A test that gives a condition two seconds fails on a machine that takes three, and says
// nothing about softstop by that. Here a condition has until shortly before the test run's
// own deadline (go test -timeout), which is minutes away: a test that passes takes as long as
// the machine needs, and only one that would never pass takes until then. What it waited for
// is said before the run is over.
//
//	await.True(t, "the report is there", func() bool { return exists(path) })
//	ctx := await.Context(t) // for what takes a context
//
// It does not measure: where speed is the promise, there is a benchmark.
package await
