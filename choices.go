package checkpoint

import "time"

// Choice is what one of the guard's buttons does now. The wall has the first
// three, the page all.
type Choice struct {
	Button int // 1 to 4
	Answer Answer
}

// Choices is what the guard may answer now, by button: rule 2 of
// docs/signals.md. A button that is not listed does nothing.
func (v View) Choices() []Choice {
	switch {
	case v.State == StateWaiting && v.Decision != nil:
		return v.Decision.choices()
	case v.State == StateDecided && v.Outcome == 0 && v.Decision != nil && v.Decision.Verdict == Admit:
		if v.Lane.SiteType == "road" { // a vehicle leaves when it is told to
			return []Choice{{1, AnswerRight}, {3, AnswerDiffers}}
		}
		return []Choice{{3, AnswerDiffers}}
	case v.State == StateDecided && v.Decision != nil && v.Decision.Verdict == NotRead:
		return []Choice{{3, AnswerAgain}}
	case v.State != StateEmergency && time.Now().Before(v.UndoUntil):
		return []Choice{{3, AnswerUndo}}
	}
	return nil
}

func (d *Decision) choices() []Choice {
	switch d.Verdict {
	case Refuse:
		if d.Args["phone"] == "" { // there is nobody to call
			return []Choice{{1, AnswerDenied}, {3, AnswerOverride}}
		}
		return []Choice{{1, AnswerDenied}, {2, AnswerCall}, {3, AnswerOverride}}
	case Repeat:
		return []Choice{{1, AnswerPassed}, {2, AnswerDenied}}
	}
	all := []Choice{{1, AnswerPassed}, {2, AnswerDenied}, {3, AnswerOther}}
	if d.correctable() {
		all = append(all, Choice{4, AnswerList})
	}
	return all
}

// button is a press on the wall. What asks for a PIN wants the page, where one
// can be given.
func (s *lane) button(n int) {
	for _, c := range s.view.Choices() {
		if c.Button != n || c.Answer == AnswerOverride {
			continue
		}
		reply := make(chan error, 1) // the view says how it ended, if it was taken
		s.answer(c.Answer, reply)
		if len(reply) == 0 || <-reply == nil {
			return
		}
	}
	s.Gate.Notice()
}

// offers tells whether one of the buttons gives that answer now.
func (s *lane) offers(a Answer) bool {
	for _, c := range s.view.Choices() {
		if c.Answer == a {
			return true
		}
	}
	return false
}
