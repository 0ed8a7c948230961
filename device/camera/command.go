//go:build linux

package camera

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// command is a program that writes raw frames to its standard output.
type command struct {
	cmd     *exec.Cmd
	out     io.ReadCloser
	said    lastLine
	shape   raw
	newest  *newest
	started chan error
	ended   chan struct{}
}

// openCommand starts the program, in a process group of its own: closing ends
// whatever it has started, too.
func openCommand(c Config) (*command, error) {
	format := c.Format
	if format == "" {
		format = Grey
	}
	m := &command{
		cmd: exec.Command(c.Command[0], c.Command[1:]...), shape: raw{nil, format, c.Width, c.Height, c.Width},
		newest: newNewest(), started: make(chan error, 1), ended: make(chan struct{}),
	}
	m.cmd.Stderr = &m.said
	m.cmd.WaitDelay = time.Second // for a child's child that keeps standard error open
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var err error
	if m.out, err = m.cmd.StdoutPipe(); err != nil {
		return nil, fmt.Errorf("open camera: %w", err)
	}
	go m.run()
	if err := <-m.started; err != nil {
		return nil, fmt.Errorf("open camera: %w", err)
	}
	return m, nil
}

// run reads frames until the program ends. It keeps its thread: the kernel ends
// the program with the thread that started it (prctl(2), PR_SET_PDEATHSIG).
func (m *command) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(m.ended)
	err := m.cmd.Start()
	m.started <- err
	if err != nil {
		return
	}
	err = m.read()
	// The whole group. Nobody else can have its number before Wait.
	_ = syscall.Kill(-m.cmd.Process.Pid, syscall.SIGKILL)
	if errWait := m.cmd.Wait(); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errWait
	}
	m.newest.fail(m.why(err))
}

func (m *command) read() error {
	size := m.shape.width * m.shape.height
	if m.shape.format == YUV420 {
		size += 2 * ((m.shape.width + 1) / 2) * ((m.shape.height + 1) / 2)
	}
	var buf []byte
	for {
		if buf == nil {
			buf = make([]byte, size)
		}
		if _, err := io.ReadFull(m.out, buf); err != nil {
			return err
		}
		buf = m.newest.put(buf)
	}
}

// why says how the program ended, with its own last words.
func (m *command) why(err error) error {
	name := filepath.Base(m.cmd.Path)
	if err == nil {
		err = errors.New("it has ended")
	}
	if said := m.said.String(); said != "" {
		return fmt.Errorf("camera command %s: %w: %s", name, err, said)
	}
	return fmt.Errorf("camera command %s: %w", name, err)
}

func (m *command) next() (*raw, error) {
	p, err := m.newest.take()
	if p == nil {
		return nil, err
	}
	m.shape.data = p
	return &m.shape, nil
}

// close makes run stop reading, which ends the program.
func (m *command) close() error {
	err := m.out.Close()
	<-m.ended
	if errors.Is(err, os.ErrClosed) {
		err = nil // it had ended by itself
	}
	return err
}

// lastLine keeps the last line that a program wrote, or its beginning.
type lastLine struct {
	mu          sync.Mutex
	line, whole []byte // the one being written, the last whole one
}

// mostLine is as much of a line as a log should have.
const mostLine = 200

func (l *lastLine) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, b := range p {
		switch {
		case b == '\n' || b == '\r':
			if len(bytes.TrimSpace(l.line)) > 0 {
				l.line, l.whole = l.whole[:0], l.line
			}
		case len(l.line) < mostLine:
			l.line = append(l.line, b)
		}
	}
	return len(p), nil
}

func (l *lastLine) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	line := l.whole
	if len(bytes.TrimSpace(l.line)) > 0 {
		line = l.line
	}
	return strings.ToValidUTF8(strings.TrimSpace(string(line)), "?")
}
