package serving

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
)

// Files is a certificate that somebody else makes and renews, in a folder as the kubelet
// mounts a Secret of type kubernetes.io/tls. It is a Certificates.
type Files struct{ watcher *certwatcher.CertWatcher }

// NewFiles reads tls.crt and tls.key in folder.
func NewFiles(folder string) (*Files, error) {
	watcher, err := certwatcher.New(filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key"))
	if err != nil {
		return nil, fmt.Errorf("read the serving certificate in %q: %w", folder, err)
	}
	// The kubelet replaces a link to a folder, of which the file watch does not always hear.
	return &Files{watcher: watcher.WithWatchInterval(time.Second)}, nil
}

// NeedLeaderElection makes every replica watch its files.
func (*Files) NeedLeaderElection() bool { return false }

// Start reads the files again whenever they change, until ctx ends.
func (f *Files) Start(ctx context.Context) error { return f.watcher.Start(ctx) }

// Current implements Certificates.
func (f *Files) Current() (*tls.Certificate, error) {
	current, err := f.watcher.GetCertificate(nil)
	if err != nil || current == nil {
		return nil, errors.Join(errors.New("no serving certificate yet"), err)
	}
	return current, nil
}
