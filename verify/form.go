package verify

import "checkpoint"

// form is a paper form that a guard copied. Nothing on it can be checked, and
// often there is no birth date yet to look its holder up by: the guard decides.
func (l *look) form(f *checkpoint.Form) checkpoint.Decision {
	d := checkpoint.Decision{Verdict: checkpoint.Refer, Reason: checkpoint.PaperFormShown, Credential: f.Credential()}
	if l.data != nil {
		d.Snapshot, d.Policy = l.data.Number, l.data.Policy.Number()
		d.Args = map[string]string{"phone": l.data.Policy.DutyPhone(), "hotline": l.data.Policy.Hotline()}
	}
	return d
}
