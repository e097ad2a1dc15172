package serving

import (
	"crypto/x509"
	"testing"
	"time"
)

func TestRenewal(t *testing.T) {
	names := []string{"softstop-webhook.softstop.svc"}
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	first, err := renew(nil, names, begin)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.check(names, begin); err != nil {
		t.Errorf("fresh: %v", err)
	}
	if first.check([]string{"another.name"}, begin) == nil {
		t.Error("a leaf for another name was good enough")
	}
	// The leaf is renewed with a month to spare, under the same authority.
	if err := first.check(names, begin.Add(leafLife*6/10)); err != nil {
		t.Errorf("in its life: %v", err)
	}
	due := begin.Add(leafLife*2/3 + time.Hour)
	if first.check(names, due) == nil {
		t.Error("not due after two thirds of its life")
	}
	second, err := renew(first, names, due)
	if err != nil {
		t.Fatal(err)
	}
	if !second.ca.Leaf.Equal(first.ca.Leaf) || second.leaf.Leaf.Equal(first.leaf.Leaf) {
		t.Error("want the same authority and another leaf")
	}
	// The authority, too; the one before stays trusted for those who serve its leaf.
	third, err := renew(second, names, begin.Add(caLife*2/3+time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if third.ca.Leaf.Equal(first.ca.Leaf) {
		t.Error("want another authority")
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(third.bundle())
	for i, p := range []*pair{second, third} {
		if _, err := p.leaf.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: names[0], CurrentTime: p.leaf.Leaf.NotBefore.Add(time.Minute)}); err != nil {
			t.Errorf("leaf %d under the new bundle: %v", i, err)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	names := []string{"softstop-webhook.softstop.svc"}
	p, err := renew(nil, names, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	data, err := p.data()
	if err != nil {
		t.Fatal(err)
	}
	back, err := readPair(data)
	if err != nil || !back.leaf.Leaf.Equal(p.leaf.Leaf) || !back.ca.Leaf.Equal(p.ca.Leaf) {
		t.Errorf("read back: %v", err)
	}
	delete(data, leafCertKey)
	if back, err = readPair(data); err == nil || back == nil || !back.ca.Leaf.Equal(p.ca.Leaf) {
		t.Errorf("without the leaf, want the authority and an error: %v", err)
	}
	if back, err = readPair(nil); err == nil || back != nil {
		t.Errorf("an empty Secret: %v", err)
	}
}
