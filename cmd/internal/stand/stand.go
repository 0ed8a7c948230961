// Package stand lets a helper command use what tests run their surroundings
// with (a real broker, a real database): it stands in for the test. What is
// started is ended in the opposite order, whatever happens. It is never shipped.
package stand

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Stand has those methods of a [testing.TB] that helpers call. They are for the
// goroutine that [Run] calls.
type Stand struct {
	err     error
	cleanup []func()
}

// Run calls f and then cleans up. The error is f's own, or what a helper found
// fatal.
func Run(f func(*Stand) error) error {
	s := &Stand{}
	done := make(chan struct{})
	go func() { // a goroutine of its own, since Fatal must end what called it
		defer close(done)
		defer s.end()
		s.fail(f(s))
	}()
	<-done
	return s.err
}

func (s *Stand) end() {
	for len(s.cleanup) > 0 {
		last := s.cleanup[len(s.cleanup)-1]
		s.cleanup = s.cleanup[:len(s.cleanup)-1]
		last()
	}
}

func (s *Stand) fail(err error) { s.err = errors.Join(s.err, err) }

// Helper has nobody to tell.
func (s *Stand) Helper() {}

// Cleanup has f called at the end.
func (s *Stand) Cleanup(f func()) { s.cleanup = append(s.cleanup, f) }

// Fatal keeps the error and ends Run.
func (s *Stand) Fatal(args ...any) {
	s.fail(errors.New(strings.TrimSpace(fmt.Sprintln(args...))))
	runtime.Goexit()
}

// Fatalf keeps the error and ends Run.
func (s *Stand) Fatalf(format string, args ...any) {
	s.fail(fmt.Errorf(format, args...))
	runtime.Goexit()
}

// Errorf keeps the error.
func (s *Stand) Errorf(format string, args ...any) { s.fail(fmt.Errorf(format, args...)) }

// Logf tells the terminal.
func (s *Stand) Logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// Failed tells whether anything went wrong so far.
func (s *Stand) Failed() bool { return s.err != nil }

// TempDir is a directory that goes at the end.
func (s *Stand) TempDir() string {
	dir, err := os.MkdirTemp("", "stand-")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
