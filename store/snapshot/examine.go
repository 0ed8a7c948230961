package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

// ExamineCommand is the hidden first argument with which a program runs itself
// as the child of [Examine]. Its main asks [ServeExamination] before anything
// else.
const ExamineCommand = "examine-layer"

// examiningEnv marks the child, so that a program that forgot to serve it does
// not beget children without end.
const examiningEnv = "CHECKPOINT_EXAMINING"

const (
	wholeLayer = "whole"
	partLayer  = "part"
)

// Exit codes of the child. Go's own end by a crash is 2.
const (
	examinedGood    = 0
	examinedCrash   = 2
	examinedDamaged = 3
	examinedFailed  = 4
)

// maxStack ends a child that a page leads in a circle before the machine feels
// it; bbolt needs some ten frames for a sound file.
const maxStack = 16 << 20

// examineFor is time enough to read a gigabyte from a slow card.
const examineFor = 10 * time.Minute

// Examine proves the complete layer ref in dir in a process of its own, since
// a rotten file can end the process that reads it (bbolt follows a page that
// points at itself until the stack is full). ErrDamaged: the file is to blame.
func Examine(ctx context.Context, dir string, ref LayerRef) error {
	return examine(ctx, wholeLayer, dir, ref)
}

// ExaminePart walks a layer that came in part, before it is written to.
func ExaminePart(ctx context.Context, dir string, ref LayerRef) error {
	return examine(ctx, partLayer, dir, ref)
}

func examine(ctx context.Context, what, dir string, ref LayerRef) error {
	if os.Getenv(examiningEnv) != "" {
		return errors.New("examine layer: this program does not serve examinations: its main lacks snapshot.ServeExamination")
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("examine layer: %w", err)
	}
	question, err := encode(ref)
	if err != nil {
		return fmt.Errorf("examine layer: %w", err)
	}
	limited, cancel := context.WithTimeout(ctx, examineFor)
	defer cancel()
	var said strings.Builder
	child := exec.CommandContext(limited, self, ExamineCommand, what, dir)
	child.Args[0] = os.Args[0] // a program may tell by its name what it is
	child.Env = append(os.Environ(), examiningEnv+"=1")
	child.Stdin, child.Stderr = bytes.NewReader(question), &said
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err = child.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("examine layer: %w", ctx.Err())
	case limited.Err() != nil:
		return fmt.Errorf("examine layer: %w: not read to its end in %s", ErrDamaged, examineFor)
	case errors.As(err, &exit) && exit.ExitCode() == examinedDamaged:
		return fmt.Errorf("examine layer: %w: %s", ErrDamaged, firstLine(said.String()))
	case errors.As(err, &exit) && exit.ExitCode() == examinedCrash:
		return fmt.Errorf("examine layer: %w: the file ends the process that reads it: %s", ErrDamaged, firstLine(said.String()))
	}
	return fmt.Errorf("examine layer: %w: %s", err, firstLine(said.String()))
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// ServeExamination does the child's work when args (os.Args) ask for it, and
// tells the exit code to end with.
func ServeExamination(args []string, in io.Reader, errOut io.Writer) (asked bool, code int) {
	if len(args) != 4 || args[1] != ExamineCommand {
		return false, 0
	}
	debug.SetMaxStack(maxStack)
	stepBack()
	err := examined(args[2], args[3], in)
	if err == nil {
		return true, examinedGood
	}
	fmt.Fprintln(errOut, err)
	if errors.Is(err, ErrDamaged) {
		return true, examinedDamaged
	}
	return true, examinedFailed
}

// stepBack leaves the processor to the lanes: a gigabyte is read for seconds.
// Each thread counts by itself (setpriority(2)); later ones are like those that
// start them. What cannot be had is only slower for others.
func stepBack() {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, 19)
		}
	}
}

func examined(what, dir string, in io.Reader) error {
	question, err := io.ReadAll(io.LimitReader(in, 1<<16))
	if err != nil {
		return err
	}
	var ref LayerRef
	if err := decode(question, &ref); err != nil {
		return fmt.Errorf("question: %w", err)
	}
	if what == partLayer {
		return walk(filepath.Join(dir, ref.FileName()))
	}
	l, err := OpenLayer(dir, ref)
	if err != nil {
		return err
	}
	defer l.Close()
	return l.VerifyAll(nil)
}

// walk reads every page of a bbolt file. It leaves the file open.
func walk(path string) error {
	if info, err := os.Stat(path); err != nil {
		return err
	} else if info.Size() == 0 {
		return fmt.Errorf("%w: empty", ErrDamaged)
	}
	return guard(func() error {
		db, err := bolt.Open(path, 0o400, &bolt.Options{ReadOnly: true, PreLoadFreelist: true, Timeout: 5 * time.Second})
		if err != nil {
			return err
		}
		tx, err := db.Begin(false)
		if err != nil {
			return err
		}
		// The first fault is enough, and must be: in a circle there is no last.
		// What goes on reading ends with the process.
		return <-tx.Check()
	})
}
