//go:build e2e && linux

package suite

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/version"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/softstop/softstop/e2e/node"
)

//go:embed pods nodepods
var podFiles embed.FS

// podCase is one file of the folder pods: a document that says what must come true, then the
// objects that are created, one of which is a pod or brings one. It has a container app.
type podCase struct {
	name    string
	want    want
	objects []*unstructured.Unstructured
}

// want is what must come true of the pod. What is left out is not looked at.
type want struct {
	// Since and Before bound the Kubernetes versions that the case is about.
	Since, Before string
	// Namespace are labels of the pod's namespace beside the one that opts in.
	Namespace map[string]string
	// Ready is what app's log says when it is up; the pod is then deleted. A pod without it ends by
	// itself.
	Ready string
	// Cleanup is how long the stop takes, and AtLeast how long it must take.
	Cleanup, AtLeast metav1.Duration
	// Typed is what is typed at app's terminal, each once its log says something.
	Typed []struct{ After, Keys string }
	// Status is each container's in the status annotation: the action, and a reason after a space
	// if there is one.
	Status map[string]string
	// Drain is each container's in the status annotation.
	Drain map[string]string
	// Carrier is the status annotation's.
	Carrier string
	// InitContainers are the names of all of them, in order.
	InitContainers []string
	// Warnings are parts of what the person who creates the pod is told.
	Warnings []string
	// QOS is the pod's class.
	QOS string
	// Log is, for each container, what its log contains, in this order; Silent is what app's does
	// not.
	Log    map[string][]string
	Silent []string
	// OnNode is what app's log contains with the node's carrier, where that is something else.
	OnNode []string
	// ExitCode and Reason are app's at its end.
	ExitCode *int32
	Reason   string
	// Job is what becomes of the Job.
	Job struct{ Condition, Reason string }
}

// podCases reads a folder: pods, or nodepods, which are only about the node's carrier. The registries'
// addresses are filled in for the words REGISTRY and PRIVATE.
func podCases(folder string, n *node.Node) ([]podCase, error) {
	private, _, _ := n.Private()
	addresses := strings.NewReplacer("REGISTRY", n.Registry(), "PRIVATE", private)
	entries, err := podFiles.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var cases []podCase
	for _, e := range entries {
		text, err := podFiles.ReadFile(path.Join(folder, e.Name()))
		if err != nil {
			return nil, err
		}
		c, err := readCase([]byte(addresses.Replace(string(text))))
		if err != nil {
			return nil, fmt.Errorf("read %s/%s: %w", folder, e.Name(), err)
		}
		c.name = strings.TrimSuffix(e.Name(), ".yaml")
		cases = append(cases, c)
	}
	return cases, nil
}

func readCase(text []byte) (podCase, error) {
	var c podCase
	head, rest, found := bytes.Cut(text, []byte("\n---\n"))
	if !found {
		return c, errors.New("want two documents or more")
	}
	if err := yaml.UnmarshalStrict(head, &c.want); err != nil {
		return c, err
	}
	documents := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(rest), 4096)
	for {
		var object unstructured.Unstructured
		err := documents.Decode(&object)
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return c, err
		}
		c.objects = append(c.objects, &object)
	}
}

// concerns says whether the case is about this version of Kubernetes.
func (w want) concerns(kubernetes string) (bool, error) {
	v, err := version.ParseGeneric(kubernetes)
	if err != nil {
		return false, err
	}
	for bound, right := range map[string]bool{w.Since: true, w.Before: false} {
		if bound == "" {
			continue
		}
		b, err := version.ParseGeneric(bound)
		if err != nil {
			return false, err
		}
		if v.AtLeast(b) != right {
			return false, nil
		}
	}
	return true, nil
}
