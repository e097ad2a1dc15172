package page

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Write puts a section into the page at file, which is made with head if it is not there, and its
// pictures beside it. order are the names of all sections in the page's order.
func Write(file, head, taken string, order []string, s Section) error {
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the page: %w", err)
	}
	for name, picture := range s.Pictures {
		if err := os.WriteFile(filepath.Join(filepath.Dir(file), name), []byte(picture), 0o644); err != nil {
			return fmt.Errorf("write the picture: %w", err)
		}
	}
	if err := os.WriteFile(file, []byte(merge(string(old), head, order, s.Name, s.Markdown(taken))), 0o644); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// merge returns the page with head, the old page's sections in order, and text in place of the
// section of that name.
func merge(old, head string, order []string, name, text string) string {
	page := strings.TrimSpace(head) + "\n"
	for _, n := range order {
		section := between(old, begin(n), end(n))
		if n == name {
			section = text
		}
		if section != "" {
			page += "\n" + strings.TrimSpace(section) + "\n"
		}
	}
	return page
}

// between is the part of text from one mark to the other, marks included; empty if they are not
// there.
func between(text, from, to string) string {
	_, after, found := strings.Cut(text, from)
	inner, _, ended := strings.Cut(after, to)
	if !found || !ended {
		return ""
	}
	return from + inner + to
}
