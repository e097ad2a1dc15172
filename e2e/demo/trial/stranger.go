//go:build linux

package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/softstop/softstop/e2e/demo/stage"
)

// Stranger is what the API server makes of a pod that nobody opted in, as JSON: spec, labels and
// annotations. It is a dry run.
func Stranger(ctx context.Context, s *stage.Stage, namespace string) ([]byte, error) {
	pod := Workloads()[0].Pod()
	pod.Name = "stranger"
	pod.APIVersion, pod.Kind = "v1", "Pod"
	body, err := json.Marshal(pod)
	if err != nil {
		return nil, err
	}
	// Raw, so that no field is lost that this client does not know.
	got, err := s.Client.CoreV1().RESTClient().Post().Namespace(namespace).Resource("pods").Param("dryRun", "All").
		SetHeader("Content-Type", "application/json").SetHeader("Accept", "application/json").Body(body).DoRaw(ctx)
	if err != nil {
		return nil, fmt.Errorf("send a pod that did not opt in: %w", err)
	}
	var kept struct {
		Metadata struct{ Labels, Annotations json.RawMessage }
		Spec     json.RawMessage
	}
	if err := json.Unmarshal(got, &kept); err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{kept.Metadata.Labels, kept.Metadata.Annotations, kept.Spec}, []byte("\n")), nil
}

// Unconcerned sends the stranger again, now that softstop is there, and fails if a byte of it
// differs from before or if the API server called the webhook for it. It returns the webhook's
// counter.
func Unconcerned(ctx context.Context, s *stage.Stage, namespace string, before []byte) (int, error) {
	calls, err := s.Calls(ctx)
	if err != nil {
		return 0, err
	}
	after, err := Stranger(ctx, s, namespace)
	if err != nil {
		return 0, err
	}
	then, err := s.Calls(ctx)
	if err != nil {
		return 0, err
	}
	if !bytes.Equal(before, after) {
		return 0, fmt.Errorf("a pod that did not opt in was changed:\n%s\n%s", before, after)
	}
	if then != calls {
		return 0, fmt.Errorf("the webhook was called for a pod that did not opt in: %d calls before, %d after", calls, then)
	}
	return calls, nil
}
