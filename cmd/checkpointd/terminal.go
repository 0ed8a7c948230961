package main

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"checkpoint"
	"checkpoint/console/messages"
)

// terminal prints what a lane does, one line a change, in the words of the
// guard's page. It prints nothing of the person.
type terminal struct {
	out io.Writer

	mu   sync.Mutex
	last line
}

// line is what a view comes to; the same line is not said twice.
type line struct {
	turn     uint64
	state    checkpoint.State
	verdict  checkpoint.Verdict
	reason   checkpoint.Reason
	outcome  checkpoint.Outcome
	position checkpoint.Position
	notice   checkpoint.Reason
	refused  uint64
	opened   bool
}

// Show implements checkpoint.Display.
func (t *terminal) Show(v checkpoint.View) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := line{turn: v.Turn, state: v.State, outcome: v.Outcome, position: v.Position, notice: v.Notice, refused: v.Refused, opened: v.Opened}
	if d := v.Decision; d != nil {
		now.verdict, now.reason = d.Verdict, d.Reason
	}
	old := t.last
	t.last = now
	at := "lane " + v.Lane.Lane
	if v.Decision != nil && (now.turn != old.turn || now.verdict != old.verdict || now.reason != old.reason) {
		t.decision(at, v.Decision)
	}
	if !now.position.IsZero() && now.position != old.position {
		fmt.Fprintf(t.out, "%s  record %x/%d on disk\n", at, now.position.Epoch, now.position.Seq)
	}
	if now.outcome != 0 && now.outcome != old.outcome {
		fmt.Fprintf(t.out, "%s  answer: %s / %s\n", at, messages.Outcome(now.outcome, messages.Vietnamese), messages.Outcome(now.outcome, messages.English))
	}
	if now.notice != "" && (now.notice != old.notice || now.refused != old.refused) {
		text := messages.Reason(now.notice, nil, messages.Vietnamese)
		fmt.Fprintln(t.out, strings.TrimSuffix(fmt.Sprintf("%s  %s  %s – %s", at, now.notice, text.What, text.Do), " – "))
	}
	if now.state == checkpoint.StateIdle && old.state != checkpoint.StateIdle {
		fmt.Fprintf(t.out, "%s  SẴN SÀNG / READY\n", at)
	}
}

func (t *terminal) decision(at string, d *checkpoint.Decision) {
	vi, en := messages.Reason(d.Reason, d.Args, messages.Vietnamese), messages.Reason(d.Reason, d.Args, messages.English)
	fmt.Fprintf(t.out, "\n%s  %s / %s  (%s)\n", at, messages.Word(d.Verdict, messages.Vietnamese), messages.Word(d.Verdict, messages.English), d.Reason)
	fmt.Fprintf(t.out, "%s  %s\n", at, vi.What)
	if vi.Do != "" {
		fmt.Fprintf(t.out, "%s  → %s\n", at, vi.Do)
	}
	fmt.Fprintln(t.out, strings.TrimSpace(fmt.Sprintf("%s  %s. %s", at, en.What, en.Do)))
	if d.Snapshot != 0 {
		fmt.Fprintf(t.out, "%s  snapshot %d\n", at, d.Snapshot) // not the rule: its name may tell an illness
	}
}
