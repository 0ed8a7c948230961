package build

import (
	"errors"
	"fmt"
	"strings"

	"checkpoint/store/snapshot"
)

// place says where an entry came from: file and line, as bad cells are told.
func (s Source) place(o snapshot.Origin) string {
	switch {
	case o.Declared && s.DeclaredLine != nil:
		return fmt.Sprintf("%s:%d", s.DeclaredFile, o.Row)
	case o.Declared || o.Removed || s.PeopleLine == nil:
		return o.String()
	}
	return fmt.Sprintf("%s:%d", s.PeopleFile, o.Row)
}

// placed gives an error about two rows the places that they have in the files.
func (s Source) placed(err error) error {
	var twice *snapshot.DuplicateError
	if s.PeopleLine == nil || !errors.As(err, &twice) {
		return err
	}
	return &placedError{s, twice}
}

type placedError struct {
	src   Source
	twice *snapshot.DuplicateError
}

func (e *placedError) Unwrap() error { return e.twice }

func (e *placedError) Error() string {
	lines := []string{fmt.Sprintf("%d document numbers stand in two rows", e.twice.Count)}
	for _, p := range e.twice.Pairs {
		lines = append(lines, fmt.Sprintf("%s: its %s number stands in an earlier row too (%s)", e.src.place(p.Second), p.Kind, e.src.place(p.First)))
	}
	if more := e.twice.Count - len(e.twice.Pairs); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}
