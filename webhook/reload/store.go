package reload

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"

	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/webhook"
	"github.com/softstop/softstop/webhook/lookup"
)

// interval is how often the files are looked at.
const interval = 2 * time.Second

// MakeImages makes what looks images up by these settings; nil if nothing may.
type MakeImages func(config.Registry) (webhook.Images, error)

// Store holds the last good configuration of a file.
type Store struct {
	path    string
	images  MakeImages
	log     logr.Logger
	metrics *Metrics

	current atomic.Pointer[state]
	seen    content // at the last look, good or not
}

// state is a good configuration and what was read for it.
type state struct {
	settings webhook.Settings
	read     content
}

// content is what one look found, for comparing.
type content struct {
	file   [sha256.Size]byte // the configuration
	others [sha256.Size]byte // the files that it names
	err    string            // of reading and parsing
}

// Open reads the configuration at path for the first time. It fails if it is not good.
func Open(path string, images MakeImages, metrics *Metrics, log logr.Logger) (*Store, error) {
	s := &Store{path: path, images: images, metrics: metrics, log: log}
	if _, err := s.load(); err != nil {
		return nil, err
	}
	return s, nil
}

// Settings returns what holds now.
func (s *Store) Settings() webhook.Settings { return s.current.Load().settings }

// Start implements manager.Runnable: it looks at the files until ctx is done.
func (s *Store) Start(ctx context.Context) error {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			s.Look()
		}
	}
}

// NeedLeaderElection implements manager.LeaderElectionRunnable: every replica reads its
// own file.
func (s *Store) NeedLeaderElection() bool { return false }

// Look takes over what has changed. It must not be called twice at once.
func (s *Store) Look() {
	changed, err := s.load()
	if err != nil {
		s.metrics.reject()
		s.log.Error(err, "the configuration is refused, the last good one stays")
		return
	}
	if changed {
		settings := s.Settings().Config
		s.log.Info("the configuration is taken over", "initImage", settings.InitImage, "mode", settings.Mode)
	}
}

// load reads the files and takes over what is new and good. Unchanged content is skipped; its error
// is returned once.
func (s *Store) load() (changed bool, err error) {
	parsed, seen, err := read(s.path)
	if seen == s.seen {
		return false, nil
	}
	s.seen = seen
	if err != nil {
		return false, err
	}
	images, err := s.imagesFor(parsed.Registry, seen)
	if err != nil {
		return false, fmt.Errorf("configuration %q: %w", s.path, err)
	}
	s.current.Store(&state{settings: webhook.Settings{Config: parsed, Images: images}, read: seen})
	s.metrics.accept(seen, time.Now())
	return true, nil
}

// imagesFor returns what looks images up: what does already, with all that it
// remembers, if nothing about registries has changed.
func (s *Store) imagesFor(settings config.Registry, seen content) (webhook.Images, error) {
	now := s.current.Load()
	if now != nil && now.read.others == seen.others && reflect.DeepEqual(now.settings.Config.Registry, settings) {
		return now.settings.Images, nil
	}
	return s.images(settings)
}

// read reads the configuration at path and what it names.
func read(path string) (config.Config, content, error) {
	data, err := os.ReadFile(path)
	seen := content{file: sha256.Sum256(data)}
	if err != nil {
		err = fmt.Errorf("read configuration: %w", err)
		seen.err = err.Error()
		return config.Config{}, seen, err
	}
	parsed, err := config.Parse(data)
	if err == nil {
		seen.others, err = hash(parsed.Registry.CredentialsFile, parsed.Registry.CAPath)
	}
	if err != nil {
		err = fmt.Errorf("configuration %q: %w", path, err)
		seen.err = err.Error()
	}
	return parsed, seen, err
}

// hash returns a hash of all files at paths, of which some may be empty.
func hash(paths ...string) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	for _, path := range paths {
		if path == "" {
			continue
		}
		files, err := lookup.Files(path)
		if err != nil {
			return sum, err
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return sum, err
			}
			_, _ = fmt.Fprintf(h, "%q %x\n", file, sha256.Sum256(data))
		}
	}
	copy(sum[:], h.Sum(nil))
	return sum, nil
}
