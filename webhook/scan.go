package webhook

// scanner walks over JSON that is known to be valid, without copying anything: what a pod
// would cost must be known before it is decoded.
type scanner struct {
	text []byte
	at   int
}

// skip passes over one value with the space before it and returns where it begins and ends.
func (s *scanner) skip() (from, to int) {
	s.space()
	from = s.at
	for depth := 0; s.at < len(s.text); {
		switch s.text[s.at] {
		case '"':
			s.quoted()
		case '{', '[':
			depth++
			s.at++
			continue
		case '}', ']':
			depth--
			s.at++
		case ',', ':', ' ', '\t', '\n', '\r':
			s.at++
			continue
		default:
			s.word()
		}
		if depth == 0 {
			break
		}
	}
	return from, s.at
}

// quoted passes over a string and returns what is between its quotes, escapes and all.
func (s *scanner) quoted() []byte {
	s.at++
	from := s.at
	for s.at < len(s.text) && s.text[s.at] != '"' {
		if s.text[s.at] == '\\' {
			s.at++
		}
		s.at++
	}
	raw := s.text[from:min(s.at, len(s.text))]
	s.at++
	return raw
}

// word passes over a number, true, false or null.
func (s *scanner) word() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ',', ':', ' ', '\t', '\n', '\r', '}', ']':
			return
		}
		s.at++
	}
}

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// next returns the first byte of the value that comes, 0 at the end.
func (s *scanner) next() byte {
	s.space()
	if s.at >= len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// members calls each for every member of the object that comes; each passes over the
// member's value. What is no object is passed over.
func (s *scanner) members(each func(key []byte)) {
	if s.next() != '{' {
		s.skip()
		return
	}
	for s.at++; ; {
		switch s.next() {
		case '"':
			key := s.quoted()
			s.space()
			s.at++ // the colon
			each(key)
		case ',':
			s.at++
		default:
			s.at++
			return
		}
	}
}

// elements calls each for every element of the array that comes; each passes over it.
// What is no array is passed over.
func (s *scanner) elements(each func()) {
	if s.next() != '[' {
		s.skip()
		return
	}
	for s.at++; ; {
		switch s.next() {
		case ',':
			s.at++
		case ']', 0:
			s.at++
			return
		default:
			each()
		}
	}
}
