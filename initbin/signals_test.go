package initbin

import "testing"

func TestParseSignal(t *testing.T) {
	for _, c := range []struct {
		word string
		want Signal // 0: refused
	}{
		{"SIGTERM", 15}, {"TERM", 15}, {"term", 15}, {"sigTerm", 15}, {"15", 15}, {"64", 64}, {"RTMIN", 34}, {"SIGRTMIN+3", 37},
		{"rtmax-1", 63}, {"RTMAX", 64}, {"RTMIN+30", 64}, {"RTMAX-30", 34}, {"HUP", 1}, {"SYS", 31}, {"IO", 29},
		{"", 0}, {"0", 0}, {"65", 0}, {"-1", 0}, {"SIG", 0}, {"SIGSIGTERM", 0}, {"TERMINATE", 0}, {"RTMIN+31", 0}, {"RTMIN-1", 0},
		{"RTMAX+1", 0}, {"RTMIN+", 0}, {"SIG15", 0}, {"1000000000000000000000", 0}, {" TERM", 0},
	} {
		got, ok := ParseSignal(c.word)
		if ok != (c.want != 0) || ok && got != c.want {
			t.Errorf("%q is signal %d, %v; want %d", c.word, got, ok, c.want)
		}
	}
}

// What each signal number is good for.
func TestForwardableAndStoppable(t *testing.T) {
	never := map[Signal]bool{4: true, 5: true, 7: true, 8: true, 9: true, 11: true, 13: true, 17: true, 19: true, 21: true, 22: true, 23: true, 31: true, 32: true, 33: true}
	for s := Signal(-1); s <= 70; s++ {
		want := s >= 1 && s <= 64 && !never[s]
		if Forwardable(s) != want {
			t.Errorf("Forwardable(%v) is %v", s, !want)
		}
		if s.Stoppable() != (want && s != SIGCONT) {
			t.Errorf("Stoppable(%v) is %v", s, s.Stoppable())
		}
	}
}

// FuzzParseSignal: what is read is a signal, and its name is read as itself.
func FuzzParseSignal(f *testing.F) {
	for _, s := range []string{"TERM", "SIGRTMIN+3", "RTMAX-0", "15", "sig", "RTMIN+", "", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		s, ok := ParseSignal(word)
		if !ok {
			return
		}
		if s < 1 || s > 64 {
			t.Fatalf("%q is signal %d", word, s)
		}
		if again, ok := ParseSignal(s.String()); s != 32 && s != 33 && (!ok || again != s) {
			t.Fatalf("%q is %v, which reads as %v, %v", word, s, again, ok)
		}
	})
}
