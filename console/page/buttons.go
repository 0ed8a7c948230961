package page

import (
	"slices"

	"checkpoint"
	"checkpoint/console/messages"
)

// button is what the guard may do now.
type button struct {
	label       messages.ButtonID
	Label, Icon string
	Answer      string
	Opens       string // what the button opens on the page, instead of an answer: pad, form, plate, vehicle-pass, vehicle-back
	Key         int    // of the keyboard
	Ends        bool   // ends the decision, or is the one thing that is advised
	Why         bool   // a reason is chosen before it counts
	Hold        int    // ms to keep it pressed; 0: a tap
	Toggles, On bool   // pressed once more it is taken back; it is pressed now
}

// buttonsOf is what the guard may answer now. Which button is which is the
// lane's to say, so that those on the wall do the same.
func buttonsOf(v checkpoint.View, lang messages.Lang) (list []button) {
	for _, c := range v.Choices() {
		b := looks[c.Answer]
		if v.State == checkpoint.StateWaiting && v.Decision.Verdict == checkpoint.Repeat {
			b = looksOfRepeat[c.Answer]
		}
		b.Why = c.Answer == checkpoint.AnswerOverride || c.Answer == checkpoint.AnswerPassed && v.Decision.Verdict == checkpoint.Refer
		if c.Answer == checkpoint.AnswerList && v.Listed {
			b.Icon, b.On = "right", true
		}
		b.Label, b.Answer, b.Key = messages.Button(b.label, lang), c.Answer.String(), c.Button
		list = append(list, b)
	}
	return withPad(list, v, lang)
}

var looks = map[checkpoint.Answer]button{
	checkpoint.AnswerPassed:   {label: messages.LetPass, Icon: "pass", Ends: true},
	checkpoint.AnswerDenied:   {label: messages.TurnBack, Icon: "back", Ends: true},
	checkpoint.AnswerOther:    {label: messages.OtherPaper, Icon: "papers"},
	checkpoint.AnswerCall:     {label: messages.CallDuty, Icon: "call"},
	checkpoint.AnswerOverride: {label: messages.Override, Icon: "override", Hold: 2000},
	checkpoint.AnswerUndo:     {label: messages.Undo, Icon: "undo"},
	checkpoint.AnswerDiffers:  {label: messages.SomethingDiffers, Icon: "differs"},
	checkpoint.AnswerRight:    {label: messages.RightPerson, Icon: "right", Ends: true},
	checkpoint.AnswerAgain:    {label: messages.ScanAgain, Icon: "again-small"},
	checkpoint.AnswerList:     {label: messages.ForCorrection, Icon: "listed", Toggles: true},
}

var looksOfRepeat = map[checkpoint.Answer]button{
	checkpoint.AnswerPassed: {label: messages.SamePerson, Icon: "same", Ends: true},
	checkpoint.AnswerDenied: {label: messages.SomeoneElse, Icon: "back", Ends: true},
}

// wantsForm are the ambers that a paper form may answer; others ask for a number.
var wantsForm = []checkpoint.Reason{checkpoint.DeclarationOver, checkpoint.OtherProvince, "A14"}

// withPad adds the buttons of what is typed: whenever nobody stands there, and
// in the place of "other paper" once that was asked for.
func withPad(list []button, v checkpoint.View, lang messages.Lang) []button {
	if v.State == checkpoint.StateIdle && v.Vehicle != nil {
		return vehicleButtons(list, lang)
	}
	form := button{Label: messages.Button(messages.PaperForm, lang), Icon: "form", Opens: "form", Key: 2}
	pad := button{Label: messages.Button(messages.TypeNumber, lang), Icon: "pad", Opens: "pad", Key: 1}
	switch {
	case v.State == checkpoint.StateIdle, v.State == checkpoint.StateDecided && v.Decision != nil && !v.Decision.Verdict.AsksGuard() && v.Decision.Verdict != checkpoint.Admit:
		return append([]button{pad, form}, list...)
	case v.State == checkpoint.StateWaiting && !v.SecondUntil.IsZero():
		paper := pad
		if slices.Contains(wantsForm, v.Decision.Reason) {
			paper = form
		}
		for i, b := range list {
			if b.Answer == checkpoint.AnswerOther.String() {
				paper.Key = b.Key
				list[i] = paper
			}
		}
	}
	return list
}
