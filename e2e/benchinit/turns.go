package main

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
