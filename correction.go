package checkpoint

import "slices"

// toCorrect are what may be wrong with the data rather than with the person.
var toCorrect = []Finding{
	FoundNotInData, FoundNameDiffers, FoundSexDiffers, FoundBirthDiffers, FoundIssueDiffers, FoundCardReissued,
}

// correctable tells whether somebody may have to put the data right.
func (d *Decision) correctable() bool {
	return d.Verdict == Refer && slices.ContainsFunc(d.Findings, func(f Finding) bool { return slices.Contains(toCorrect, f) })
}

// list notes that the guard asks for the data to be put right, or takes that
// back. It is no answer: the outcome's record will carry it.
func (s *lane) list(reply chan<- error) {
	if !s.offers(AnswerList) {
		reply <- ErrNotOffered
		return
	}
	s.turn.listed = !s.turn.listed
	s.view.Listed = s.turn.listed
	s.show()
	reply <- nil
}
