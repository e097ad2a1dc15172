// Package chart tests the Helm chart, with the real Helm.
//
//	metadata_test.go   what Artifact Hub reads, and the version, are the same everywhere
//	values_test.go     values.yaml, its comments, its schema and the chart's README say the same
//	config_test.go     its value config takes what the configuration file takes
//	refused_test.go    a wrong value is answered with its path, its value and what is allowed
//	golden_test.go     what the templates make of testdata/NAME.values.yaml is NAME.yaml
//	entries_test.go    the webhook configuration's entries exclude each other
//	apiserver_test.go  a real API server accepts it, field by field
//	alerts_test.go     alerts and dashboard ask for metrics that there are
//	walk_test.go       a new user's way on the real node (make e2e): build tag e2e
//
// It does not test what the webhook does to pods: see the packages webhook and e2e/suite.
//
//	go test ./e2e/chart -update    writes the goldens, and the README's table of values
//
// All but the walk needs what make test builds (KUBEBUILDER_ASSETS); without it those tests
// that run Helm are skipped.
//
// # Why the Helm program and not its library
//
// It is what people run, the real node has it anyway, and it requires a hundred modules
// that the product must not see.
//
// # Why the custom resources' definitions come from modules
//
// cert-manager and the Prometheus operator ship their definitions in their Go modules. The
// folder crds pins the operator's, of which nothing is built; cert-manager is a part of the node
// (package parts).
package chart
