package handover

import "github.com/softstop/softstop/initbin"

// Line is one line of text made without the Go runtime. What does not fit is cut.
type Line struct {
	text [1020]byte
	n    int32
}

// Text appends s.
func (l *Line) Text(s string) *Line {
	for i := 0; i < len(s) && int(l.n) < len(l.text)-1; i++ {
		l.text[l.n] = s[i]
		l.n++
	}
	return l
}

// Number appends n in decimal.
func (l *Line) Number(n int64) *Line {
	if n < 0 {
		l.Text("-")
		n = -n
	}
	var digits [20]byte
	i := len(digits)
	for {
		i--
		digits[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			break
		}
	}
	for ; i < len(digits); i++ {
		if int(l.n) < len(l.text)-1 {
			l.text[l.n] = digits[i]
			l.n++
		}
	}
	return l
}

// Signal appends s's name, or its number if it has none.
func (l *Line) Signal(s initbin.Signal) *Line {
	if name := s.Name(); len(name) > 0 {
		return l.Text("SIG").Text(name)
	}
	return l.Text("signal ").Number(int64(s))
}

// Task appends t as ParseTask reads it.
func (l *Line) Task(t *Task) *Line {
	l.Text(ProcessName).Text(" mode=").Number(int64(t.Mode)).Text(" main=").Number(int64(t.Main))
	l.Text(" signal=").Number(int64(t.Signal)).Text(" arrived=").Number(int64(t.Arrived))
	l.Text(" told=").truth(t.Told).Text(" handled=").truth(t.Handled)
	return l.Text(" asked=").Number(t.Asked).Text(" date=").Number(t.Date).Text(" oom=").Number(t.OOMKilled).Text(" since=").Number(t.Since).Text(" deadline=").Number(t.Deadline)
}

func (l *Line) truth(b bool) *Line {
	if b {
		return l.Text("1")
	}
	return l.Text("0")
}

// Bytes returns the line so far, which shares l's memory.
func (l *Line) Bytes() []byte { return l.text[:l.n] }

// CString returns the line so far with a NUL byte behind it, which shares l's memory.
func (l *Line) CString() []byte {
	l.text[l.n] = 0
	return l.text[:l.n+1]
}
