package checkpoint

import (
	"context"
	"errors"
)

var errCannotRecord = errors.New("cannot record: the gate stays at rest")

// appendJob is one record on its way to disk. Jobs of a lane keep their order.
type appendJob struct {
	record Record
	of     *turn // an outcome's decision, whose position is known by the time the job runs
	done   func(*lane, Position, error)
}

// record queues a record; done runs on the lane's goroutine.
func (s *lane) record(r Record, done func(*lane, Position, error)) {
	s.queue(appendJob{record: s.stamped(r), done: done})
}

// recordOutcome queues what became of a turn, behind the turn's own record.
func (s *lane) recordOutcome(t *turn, o Outcome, done func(*lane, Position, error)) {
	s.queue(appendJob{record: s.stamped(s.outcomeRecord(t, o)), of: t, done: done})
}

func (s *lane) stamped(r Record) Record {
	r.Time, r.Trusted = s.Clock.Now()
	r.Lane, r.Direction = s.Info.Lane, s.Info.Direction
	return r
}

func (s *lane) queue(job appendJob) {
	s.appends = append(s.appends, job)
	s.nextAppend()
}

func (s *lane) nextAppend() {
	if s.writing || len(s.appends) == 0 {
		return
	}
	job := s.appends[0]
	s.appends = s.appends[1:]
	s.writing = true
	s.set(alarmRecord, recordWithin)
	if job.of != nil {
		job.record.Refers = job.of.position
	}
	journal, post := s.Journal, s.post
	go func() {
		p, err := journal.Append(context.Background(), job.record)
		post(func(s *lane) {
			s.writing = false
			s.clear(alarmRecord)
			s.recovered()
			job.done(s, p, err)
			s.nextAppend()
		})
	}()
}

func (s *lane) decisionRecord(t *turn) Record {
	d := t.decision
	r := Record{
		Kind: RecordDecision, Verdict: d.Verdict, Reason: d.Reason, Findings: d.Findings,
		Rule: d.Rule, Snapshot: d.Snapshot, Policy: d.Policy, CodeHash: d.CodeHash,
	}
	c := d.Credential
	if c == nil {
		return r
	}
	r.Format = c.Format
	if c.Format == FormatPaperForm {
		r.Document, r.Number, r.Name, r.Address = c.Kind, c.Number, c.FullName, c.Address
		return r
	}
	if !c.Personal() {
		return r
	}
	r.Document, r.Number = c.Kind, c.Number
	if !d.InData {
		r.Name, r.Address = c.FullName, c.Address
	}
	return r
}

func (s *lane) outcomeRecord(t *turn, o Outcome) Record {
	r := Record{Kind: RecordOutcome, Outcome: o, Verdict: t.decision.Verdict}
	if t.lead && o == Passed {
		r.Findings = append(r.Findings, FoundLeadPIN)
	}
	if t.shown != "" && o == Passed {
		r.Findings = append(r.Findings, t.shown)
	}
	if t.listed && o != Undone {
		r.Findings = append(r.Findings, FoundForCorrection)
	}
	return r
}

// stall gives up on a disk that hangs: who stands there is told to be let in by
// hand, and a record that arrives later opens nothing for whoever stands there
// then.
func (s *lane) stall() {
	if !s.writing || s.stalled {
		return
	}
	s.stalled = true
	t := s.turn
	switch {
	case s.view.State == StateEmergency:
	case s.view.State == StateIdle:
		s.signalIdle()
	case t != nil:
		t.late = true
		s.unrecorded(t)
	}
	s.show()
}

// recovered: the disk answers again.
func (s *lane) recovered() {
	if !s.stalled {
		return
	}
	s.stalled = false
	if s.view.State == StateIdle {
		s.signalIdle()
		s.show()
		s.takeWalk()
	}
}

// takeBack records that a gate stayed shut which a late record says to open.
func (s *lane) takeBack(t *turn) {
	s.recordOutcome(t, Undone, func(*lane, Position, error) {})
}
