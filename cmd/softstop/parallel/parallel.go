package parallel

import (
	"runtime"

	"golang.org/x/sync/errgroup"
)

// Each calls do with the index of every element of list and the element, and returns when all
// calls have.
//
//	lengths := make([]int, len(words))
//	parallel.Each(words, func(i int, word string) { lengths[i] = len(word) })
func Each[T any](list []T, do func(i int, one T)) {
	var all errgroup.Group
	all.SetLimit(runtime.GOMAXPROCS(0))
	for i, one := range list {
		all.Go(func() error {
			do(i, one)
			return nil
		})
	}
	_ = all.Wait() // nobody returns an error
}
