package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"time"

	"checkpoint/store/system"
)

// ExamineCommand is the hidden first argument with which a program runs itself
// as the child of [Examine]. Its main asks [ServeExamination] before anything
// else.
const ExamineCommand = "examine-layer"

// examiningEnv marks the child, so that a program that forgot to serve it does
// not beget children without end.
const examiningEnv = "CHECKPOINT_EXAMINING"

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
	child := exec.CommandContext(limited, self, ExamineCommand, dir)
	child.Args[0] = os.Args[0] // a program may tell by its name what it is
	child.Env = append(os.Environ(), examiningEnv+"=1")
	child.Stdin, child.Stderr = bytes.NewReader(question), &said
	child.SysProcAttr = system.Child()
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
	if len(args) != 3 || args[1] != ExamineCommand {
		return false, 0
	}
	debug.SetMaxStack(maxStack)
	system.StepBack() // a gigabyte is read for seconds: the lanes come first
	err := examined(args[2], in)
	if err == nil {
		return true, examinedGood
	}
	fmt.Fprintln(errOut, err)
	if errors.Is(err, ErrDamaged) {
		return true, examinedDamaged
	}
	return true, examinedFailed
}

func examined(dir string, in io.Reader) error {
	question, err := io.ReadAll(io.LimitReader(in, 1<<16))
	if err != nil {
		return err
	}
	var ref LayerRef
	if err := decode(question, &ref); err != nil {
		return fmt.Errorf("question: %w", err)
	}
	l, err := OpenLayer(dir, ref)
	if err != nil {
		return err
	}
	defer l.Close()
	return l.VerifyAll(nil)
}
