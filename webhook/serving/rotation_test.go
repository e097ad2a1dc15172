package serving

import (
	"testing"
	"time"
)

func always(authority) time.Duration { return time.Hour }

// TestTimetable follows one authority through its life.
func TestTimetable(t *testing.T) {
	const period = 30 * 24 * time.Hour
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var all []authority
	at := func(after time.Duration, count, signs int) {
		t.Helper()
		now := begin.Add(after)
		next, err := rotate(all, period, now, always)
		if err != nil {
			t.Fatal(err)
		}
		all = next
		if s := signer(all, period, now); len(all) != count || s != signs {
			t.Errorf("after %s: %d authorities of which number %d signs, want %d and %d", after, len(all), s, count, signs)
		}
	}
	at(0, 1, 0)
	first := all[0]
	at(period-time.Second, 1, 0)
	at(period, 2, 0) // made and trusted, not used
	second := all[1]
	at(period*5/4-time.Second, 2, 0)
	at(period*5/4, 2, 1) // signs
	at(period*3/2-time.Second, 2, 1)
	at(period*3/2, 1, 0) // the first is gone
	if !all[0].cert.Equal(second.cert) {
		t.Error("the wrong one was dropped")
	}
	if rest := first.cert.NotAfter.Sub(begin.Add(period * 3 / 2)); rest < period {
		t.Errorf("the first authority was used until %s before its end", rest)
	}
	at(10*period, 1, 0) // everybody was away for long: all expired
	if all[0].cert.Equal(second.cert) {
		t.Error("an expired authority is kept")
	}
}

// TestShorterAndLongerPeriods: an authority made for one period ends in time under
// another.
func TestShorterAndLongerPeriods(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	short, err := newAuthority(time.Minute, begin)
	if err != nil {
		t.Fatal(err)
	}
	long, err := newAuthority(time.Hour, begin)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		made   authority
		period time.Duration
	}{"made for a minute, now an hour": {short, time.Hour}, "made for an hour, now a minute": {long, time.Minute}} {
		all, err := rotate([]authority{c.made}, c.period, begin.Add(time.Minute), always)
		if err != nil || len(all) != 2 {
			t.Fatalf("%s: %d authorities, %v", name, len(all), err)
		}
		if s := signer(all, c.period, begin.Add(time.Minute+15*time.Second)); s != 1 {
			t.Errorf("%s: the new one does not sign after a quarter", name)
		}
	}
}

// TestStrangeAuthorities: an authority from the future or twice the same does no harm.
func TestStrangeAuthorities(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	good, err := newAuthority(time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	future, err := newAuthority(time.Hour, now.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	all, err := rotate([]authority{good, future, good}, time.Hour, now, always)
	if err != nil || len(all) != 1 || !all[0].cert.Equal(good.cert) {
		t.Errorf("%d authorities, %v", len(all), err)
	}
}

func TestEncoding(t *testing.T) {
	now := time.Now()
	var all []authority
	for range 2 {
		a, err := newAuthority(time.Hour, now)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	data, err := encode(all)
	if err != nil {
		t.Fatal(err)
	}
	back := decode(data)
	if len(back) != 2 || !back[0].cert.Equal(all[0].cert) || !back[1].cert.Equal(all[1].cert) {
		t.Fatalf("read back %d authorities", len(back))
	}
	if _, err := back[1].leaf([]string{"a"}, now); err != nil {
		t.Errorf("with a key that was read back: %v", err)
	}
	for name, garbage := range map[string]map[string][]byte{
		"nothing": nil, "no PEM": {certKey: []byte("x"), keyKey: []byte("y")},
		"keys only": {keyKey: data[keyKey]}, "no DER": {certKey: []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), keyKey: data[keyKey]},
	} {
		if got := decode(garbage); len(got) != 0 {
			t.Errorf("%s: %d authorities", name, len(got))
		}
	}
}

// TestLostKey: an authority that others sign with stays trusted, and one with a key is
// made beside it.
func TestLostKey(t *testing.T) {
	now := time.Now()
	others, err := newAuthority(time.Hour, now.Add(-time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	another, err := newAuthority(time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	data, err := encode([]authority{another})
	if err != nil {
		t.Fatal(err)
	}
	data[certKey] = bundle([]authority{others})
	all, err := rotate(decode(data), time.Hour, now, always)
	if err != nil || len(all) != 2 || all[0].key != nil || signer(all, time.Hour, now) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	all, err = rotate(append(all, others), time.Hour, now, always)
	if err != nil || len(all) != 2 || all[0].key == nil || signer(all, time.Hour, now) != 0 {
		t.Errorf("the key came back: %+v, %v", all, err)
	}
}
