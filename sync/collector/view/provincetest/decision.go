package provincetest

import (
	"slices"
	"time"

	"checkpoint"
)

// decision is what the box says of a visit.
func (s *site) decision(v visit) checkpoint.Record {
	r := checkpoint.Record{
		Kind: checkpoint.RecordDecision, Lane: "in", Direction: checkpoint.In, Number: v.who.number, Document: checkpoint.KindCCCD,
		Format: checkpoint.FormatCCCD2021, Snapshot: 7, Policy: 3,
	}
	if hour := v.at.In(vietnam).Hour(); s.IntN(24) < hour-3 { // out in the evening
		r.Lane, r.Direction = "out", checkpoint.Out
	}
	if v.who.old {
		r.Document, r.Format = checkpoint.KindCMND, checkpoint.FormatTyped
	}
	switch n := s.IntN(1000); {
	case v.who.ill:
		r.Verdict, r.Reason = checkpoint.Admit, checkpoint.MeetsRule
	case v.who.unknown && n < 250:
		r.Verdict, r.Reason, r.Format = checkpoint.Refer, checkpoint.PaperFormShown, checkpoint.FormatPaperForm
		r.Name, r.Address = v.who.name, "phone: 0900 000 000\nfrom: Cẩm Giàng\nto: Nam Sách"
	case v.who.unknown:
		r.Verdict, r.Reason, r.Name = checkpoint.Refer, checkpoint.NotInData, v.who.name
		r.Findings = []checkpoint.Finding{checkpoint.FoundNotInData}
	case n < 15: // nobody's code
		r.Verdict, r.Reason, r.Number, r.Document = checkpoint.NotRead, checkpoint.CodeNotRead, "", checkpoint.KindNone
		r.Format, r.Findings = checkpoint.FormatUnknown, []checkpoint.Finding{checkpoint.FoundUnreadable}
	case n < 20:
		r.Verdict, r.Reason = checkpoint.Fault, checkpoint.DataDamaged
		r.Findings = []checkpoint.Finding{checkpoint.FoundRegisterDamaged}
	case n < 45:
		r.Verdict, r.Reason = checkpoint.Repeat, checkpoint.JustScanned
	case n < 60:
		r.Verdict, r.Reason = checkpoint.Refuse, "R02"
		r.Findings = []checkpoint.Finding{checkpoint.FoundCaseActive}
	default:
		s.doubt(&r, n)
	}
	return r
}

// doubt is what is found about people whom the data know.
func (s *site) doubt(r *checkpoint.Record, n int) {
	r.Verdict, r.Reason = checkpoint.Refer, checkpoint.DetailsDiffer
	switch {
	case n < 90:
		r.Reason, r.Findings = "A02", []checkpoint.Finding{checkpoint.FoundDosesMissing}
	case n < 100:
		r.Findings = []checkpoint.Finding{checkpoint.FoundNameDiffers}
	case n < 105:
		r.Findings = []checkpoint.Finding{checkpoint.FoundCardReissued, checkpoint.FoundIssueDiffers}
	default:
		r.Verdict, r.Reason = checkpoint.Admit, checkpoint.MeetsRule
	}
}

// answer is what the guard did about an amber or a red.
func (s *site) answer(at time.Time, pos checkpoint.Position, r checkpoint.Record) {
	at = at.Add(time.Duration(2+s.IntN(40)) * time.Second)
	most := 85 // of a hundred are let through
	if r.Verdict == checkpoint.Refuse {
		most = 5
	}
	o := checkpoint.Denied
	switch n := s.IntN(100); {
	case n < most:
		o = checkpoint.Passed
	case n >= 96:
		o = checkpoint.Undecided
	}
	s.outcome(at, pos, r, o)
	if o != checkpoint.Undecided && s.IntN(60) == 0 {
		s.outcome(at.Add(4*time.Second), pos, r, checkpoint.Undone)
		if s.IntN(2) == 0 {
			s.outcome(at.Add(9*time.Second), pos, r, checkpoint.Denied)
		}
	}
}

func (s *site) outcome(at time.Time, pos checkpoint.Position, r checkpoint.Record, o checkpoint.Outcome) {
	x := checkpoint.Record{Kind: checkpoint.RecordOutcome, Lane: r.Lane, Direction: r.Direction, Outcome: o, Refers: pos}
	if o == checkpoint.Passed && len(r.Findings) == 1 && r.Findings[0] == checkpoint.FoundDosesMissing && s.IntN(2) == 0 {
		x.Findings = []checkpoint.Finding{checkpoint.ShownVaccination}
	}
	// By the clock, not by chance: what else is made up stays as it is.
	if o != checkpoint.Undone && at.Unix()%3 == 0 && slices.ContainsFunc(r.Findings, aboutTheData) {
		x.Findings = append(x.Findings, checkpoint.FoundForCorrection)
	}
	s.record(at, x)
}

func aboutTheData(f checkpoint.Finding) bool {
	return slices.Contains([]checkpoint.Finding{checkpoint.FoundNotInData, checkpoint.FoundNameDiffers, checkpoint.FoundCardReissued}, f)
}
