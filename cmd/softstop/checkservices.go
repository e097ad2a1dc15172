package main

import (
	"cmp"

	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/cmd/softstop/manifest"
)

// servicesOf returns the Services of the input by their namespace; namespace is that of those that
// do not name theirs.
func servicesOf(files []*manifest.File, namespace string) map[string][]finding.Service {
	all := map[string][]finding.Service{}
	for _, file := range files {
		for _, s := range file.Services() {
			service := finding.Service{Selector: s.Spec.Selector, Headless: s.Spec.ClusterIP == "None"}
			for _, port := range s.Spec.Ports {
				target := port.TargetPort
				if target == (intstr.IntOrString{}) {
					target = intstr.FromInt32(port.Port)
				}
				service.Targets = append(service.Targets, target)
			}
			in := cmp.Or(s.Namespace, namespace)
			all[in] = append(all[in], service)
		}
	}
	return all
}
