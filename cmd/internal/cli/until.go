package cli

import (
	"context"
	"errors"
	"io"
	"sync"
)

var errInterrupted = errors.New("interrupted")

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// until reads r until ctx ends; a read that waits then fails. A read of a
// terminal or pipe cannot be called back, so it is left waiting for good:
// only for a process that ends next. Nothing is read before the first Read, for
// a program in the background must not touch the terminal.
func until(ctx context.Context, r io.Reader) io.Reader {
	start := sync.OnceValue(func() *io.PipeReader {
		out, in := io.Pipe()
		context.AfterFunc(ctx, func() { in.CloseWithError(errInterrupted) })
		go func() {
			_, err := io.Copy(in, r)
			in.CloseWithError(err)
		}()
		return out
	})
	return readFunc(func(p []byte) (int, error) { return start().Read(p) })
}
