package lookup

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// recent is a cache whose entries count for a time. Nothing sweeps it: what is too old is
// passed over, and crowded out in the end. (The library's expirable.LRU sweeps in a
// goroutine that cannot be ended, and each reload of the configuration makes new caches.)
type recent[K comparable, V any] struct {
	ttl     time.Duration
	entries *lru.Cache[K, dated[V]]
}

// dated is a value and when it was put in.
type dated[V any] struct {
	value V
	at    time.Time
}

// newRecent returns a cache of the given number of entries. With a TTL of 0 it has nothing.
func newRecent[K comparable, V any](ttl time.Duration) *recent[K, V] {
	return &recent[K, V]{ttl: ttl, entries: newLRU[K, dated[V]]()}
}

func (r *recent[K, V]) Get(key K) (V, bool) {
	found, ok := r.entries.Get(key)
	if !ok || time.Since(found.at) >= r.ttl {
		var none V
		return none, false
	}
	return found.value, true
}

func (r *recent[K, V]) Add(key K, value V) {
	r.entries.Add(key, dated[V]{value, time.Now()})
}

// entries bounds each cache. An entry is a few hundred bytes, maxWords at most.
const entries = 2048

// newLRU returns a cache of as many entries as each has here.
func newLRU[K comparable, V any]() *lru.Cache[K, V] {
	c, err := lru.New[K, V](entries)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return c
}
