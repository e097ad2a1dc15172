package stops

// names are the workloads that have a series of their own in the metric, by namespace. Who owns a
// pod is what whoever made the pod has written there: it may be a new name each time.
type names map[string]map[string]bool

const (
	// perNamespace and inAll bound them; a namespace counts as one more, for what goes beyond.
	perNamespace, inAll = 200, 10000
	// other stands for the workloads beyond, and for those whose kind and name have more than maxName
	// bytes: nothing in Kubernetes checks how long an owner's name is.
	other, maxName = "other", 2 * 253
)

// bounded returns workload, or other if there are too many.
func (n names) bounded(namespace, workload string) string {
	if n[namespace][workload] {
		return workload
	}
	all := len(n)
	for _, of := range n {
		all += len(of)
	}
	if len(n[namespace]) >= perNamespace || all >= inAll {
		return other
	}
	if n[namespace] == nil {
		n[namespace] = map[string]bool{}
	}
	n[namespace][workload] = true
	return workload
}
