package handover

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// FuzzTime: any moment of our calendar is written as package time writes it.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"1970-01-01T00:00:00Z", "2000-02-29T23:59:59.999Z", "2026-11-30T15:04:05.25Z", "2100-02-28T12:00:00Z", "2100-03-01T00:00:00Z"} {
		moment, err := time.Parse(time.RFC3339, s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(moment.UnixNano())
	}
	f.Fuzz(func(t *testing.T, nanos int64) {
		if nanos < 0 {
			return // before 1970 there was no Unix
		}
		var l Line
		if got, want := string(l.Time(nanos).Bytes()), time.Unix(0, nanos).UTC().Format("2006-01-02T15:04:05.000Z"); got != want {
			t.Errorf("%d is written %s, want %s", nanos, got, want)
		}
	})
}

func TestSeconds(t *testing.T) {
	for nanos, want := range map[int64]string{0: "0", -1: "0", 999_999: "0", 1_000_000: "0.001", 2_050_000_000: "2.050", 86_400_000_000_000: "86400"} {
		var l Line
		if got := string(l.Seconds(nanos).Bytes()); got != want {
			t.Errorf("%d is written %s, want %s", nanos, got, want)
		}
	}
}

func TestIsReport(t *testing.T) {
	for text, want := range map[string]bool{
		"{\"phase\":\"stop\"}\n":            true,
		"{\"phase\":\"done\"}\n":            true,
		"{\"phase\":\"stop\"}\n     ":       true, // killed before the file was cut
		"":                                  false,
		"{\"phase\":\"stop\"}":              false,
		"{\"phase\":\"stop\"":               false,
		"{\"phase\":\"stop\"}\nOut of disk": false, // appended by the application
		"{\"phase\":\"stop\"}\n\n":          false,
		"Out of disk\n\"stop\"}\n":          false, // written over it by the application
		"{\"signal\":\"SIGTERM\"}\n":        false,
		"\n":                                false,
		"{\"phase\":\"\n":                   false,
		"{\"phase\":\"" + strings.Repeat("x", MaxReport) + "\"}\n": false,
	} {
		if IsReport([]byte(text)) != want {
			t.Errorf("IsReport(%q) is %v", text, !want)
		}
		if IsDone([]byte(text)) != strings.Contains(text, "done") {
			t.Errorf("IsDone(%q) is wrong", text)
		}
	}
}

// FuzzOverlay: at whatever moment a writer is killed, between its write and its cut, the file
// is a report; a shorter line leaves nothing of a longer one.
func FuzzOverlay(f *testing.F) {
	f.Add("", 0)
	f.Add(strings.Repeat("x", 300), 40)
	f.Add("x", 4095)
	f.Add("x", 1<<40)
	f.Fuzz(func(t *testing.T, middle string, old int) {
		line := []byte(reportBegin + strings.Map(func(r rune) rune {
			if r < ' ' {
				return '?'
			}
			return r
		}, middle) + "\"}\n")
		if len(line) >= MaxReport || old >= MaxReport {
			return // there are no such reports
		}
		page := [MaxReport]byte{}
		file := bytes.Repeat([]byte("o"), max(old, 0))
		n := copy(file, page[:Overlay(&page, line, len(file))])
		if n < len(file) {
			t.Fatalf("%d of %d bytes are written over", n, len(file))
		}
		file = page[:Overlay(&page, line, len(file))]
		if !IsReport(file) || !bytes.HasPrefix(file, line) {
			t.Fatalf("%q", file)
		}
	})
}

// How a drain with a minimum and a maximum ended is a part of the line, in whole, however much there is to say.
func TestReportOfADrain(t *testing.T) {
	for detail, want := range map[string]string{
		"":                                `"drain":{"seconds":7.200},"stop"`,
		`"ended":"quiet","connections":3`: `"drain":{"seconds":7.200,"ended":"quiet","connections":3},"stop"`,
		`"ended":"maximum","talking":["` + strings.Repeat("x", MaxDetail) + `"]`: `x"]},"stop"`,
	} {
		var l Line
		text := l.Report(&Report{Phase: PhaseDone, Signal: 15, Drain: 7.2e9, Stop: 1e9, Seconds: 8.2e9, Ranges: true, Detail: detail, Main: 1 << 22, Forced: true, Code: 137}).Bytes()
		if !strings.Contains(string(text), want) || !json.Valid(text) || !IsReport(text) {
			t.Errorf("%s", text)
		}
	}
}
