package load

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/softstop/softstop/config"
)

func newPod(image, status string, change func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: image, Annotations: map[string]string{"a": "b"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: image}}},
	}
	if status != "" {
		pod.Annotations[config.StatusKey] = status
	}
	if change != nil {
		change(pod)
	}
	return pod
}

func wrapped(pod *corev1.Pod)   { pod.Spec.Containers[0].Command = []string{"/softstop/softstop-init"} }
func hooksOnly(pod *corev1.Pod) { pod.Labels = map[string]string{"softstop.dev/injected": "true"} }

func TestClassify(t *testing.T) {
	sent := newPod("one", "", nil)
	var shapes []Shape
	for _, known := range []struct {
		result   Result
		admitted *corev1.Pod
	}{
		{Unmutated, newPod("one", "", nil)},
		{Injected, newPod("one", "good", wrapped)},
		{HooksOnly, newPod("one", "because of the registry", hooksOnly)},
	} {
		shape, err := shapeOf(sent, known.admitted, known.result)
		if err != nil {
			t.Fatal(err)
		}
		shapes = append(shapes, shape)
	}
	for name, c := range map[string]struct {
		admitted *corev1.Pod
		want     Result
	}{
		"as sent":                           {newPod("two", "", nil), Unmutated},
		"wrapped, another image":            {newPod("two", "good", wrapped), Injected},
		"wrapped, another status":           {newPod("two", "bad", wrapped), Wrong},
		"hooks only, for another reason":    {newPod("two", "because of something else", hooksOnly), HooksOnly},
		"as sent, but with a status":        {newPod("two", "good", nil), Wrong},
		"the image was changed":             {newPod("three", "good", wrapped), Wrong},
		"an annotation got lost on the way": {newPod("two", "", func(p *corev1.Pod) { p.Annotations = nil }), Wrong},
	} {
		got, detail := classify(shapes, newPod("two", "", nil), c.admitted)
		if got != c.want || (got == Wrong) != (detail != "") {
			t.Errorf("%s: %s (%s), want %s", name, got, detail, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	var records []Record
	for i := 1; i <= 100; i++ {
		records = append(records, Record{Result: Injected, Took: time.Duration(i) * time.Millisecond})
	}
	records = append(records,
		Record{Result: Rejected, Took: time.Second, Awaited: true},
		Record{Result: Away, Took: time.Hour},
		Record{Result: Unmutated, Took: 2 * time.Second, Awaited: true, Ran: true},
	)
	got := Count(records)
	if got.Created != 101 || got.Of[Rejected] != 1 || got.Of[Away] != 1 || got.Awaited != 2 || got.Ran != 1 {
		t.Errorf("counted %+v", got)
	}
	if got.Median != 51500*time.Microsecond || got.P99 != time.Second || got.Max != 2*time.Second {
		t.Errorf("median %s, p99 %s, max %s", got.Median, got.P99, got.Max)
	}
	if none := Count(nil); none.Max != 0 || none.Created != 0 {
		t.Errorf("counted %+v of nothing", none)
	}
}

// TestIsAway tells an API server that is not there from one that says no: only the latter has
// rejected a pod.
func TestIsAway(t *testing.T) {
	dial := &url.Error{Op: "Post", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}
	for _, err := range []error{
		dial,
		fmt.Errorf("wrapped: %w", dial),
		&url.Error{Op: "Post", Err: io.ErrUnexpectedEOF},
		&url.Error{Op: "Post", Err: syscall.ECONNRESET},
		apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "p", errors.New("not yet ready to handle request")),
		apierrors.NewServiceUnavailable("starting"),
	} {
		if !isAway(err) {
			t.Errorf("%v counts as a rejection", err)
		}
	}
	for _, err := range []error{
		apierrors.NewInternalError(errors.New(`failed calling webhook "pod.softstop.dev": connection refused`)),
		apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "p", errors.New("denied")),
		apierrors.NewTimeoutError("the server was too slow", 1),
	} {
		if isAway(err) {
			t.Errorf("%v does not count as a rejection", err)
		}
	}
}
