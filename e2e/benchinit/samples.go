package main

import "slices"

// samples are repeated measurements of one thing, in its row's unit.
type samples []float64

// median is the middle of the samples, 0 of none.
func (s samples) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// row is one measured quantity: the samples of each contestant by name.
type row map[string]samples

func (r row) add(name string, value float64) { r[name] = append(r[name], value) }

// less is r with the median of one contestant, the bare subject, taken off each sample.
func (r row) less(name string) row {
	base := r[name].median()
	out := row{}
	for other, values := range r {
		for _, value := range values {
			if other != name {
				out.add(other, value-base)
			}
		}
	}
	return out
}

// inOrder runs measure for every contestant, rounds times over.
func inOrder(rounds int, all []contestant, measure func(contestant) error) error {
	for range rounds {
		for _, c := range all {
			if err := measure(c); err != nil {
				return err
			}
		}
	}
	return nil
}
