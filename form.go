package checkpoint

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrFormEmpty tells that a paper form has neither number nor name, or a field
// that is no text of at most [MaxFormField] letters.
var ErrFormEmpty = errors.New("a form wants a number or a name, and readable fields")

// MaxFormField bounds a field of a paper form, in letters.
const MaxFormField = 80

// Form is a paper declaration (tờ khai giấy) as somebody copied it: at the lane
// who, phone, from and to; the rest later.
type Form struct {
	Kind   DocumentKind // of Number; KindNone without one
	Number string
	Name   string
	Rest   []FormField // what else the form says, in the order of [FormFields]
	Photo  string      // name of the form's photo, as package photos writes it; empty: none was taken
}

// FormField is one line of a form, by its name in [FormFields].
type FormField struct{ Name, Value string }

// FormFields are the names of what a form says beside number and name, in its
// order. AtTheLane of them are asked for while the person waits.
func FormFields() []string {
	return []string{"phone", "from", "to", "birth", "sex", "route", "purpose", "plate", "symptoms", "contact", "people"}
}

// FormPhoto is the name of the line that names a form's photo.
const FormPhoto = "photo"

// AtTheLane is how many of [FormFields] are asked for at the lane.
const AtTheLane = 3

// FormWho reads what stands first on a form: a document number, else a name.
func FormWho(s string) (f Form) {
	s = strings.Join(strings.Fields(s), " ")
	number := strings.ToUpper(strings.Map(without(" .-"), s))
	switch {
	case typedNumbers[KindCCCD].MatchString(number):
		return Form{Kind: KindCCCD, Number: number}
	case typedNumbers[KindCMND].MatchString(number):
		return Form{Kind: KindCMND, Number: number}
	case formPassport.MatchString(number):
		return Form{Kind: KindPassport, Number: number}
	}
	return Form{Name: s}
}

// formPassport is a passport's number that cannot be a name.
var formPassport = regexp.MustCompile(`^[A-Z]{1,2}[0-9]{6,8}$`)

// Whole tells whether a form names somebody and holds nothing but text.
func (f Form) Whole() bool {
	texts := []string{f.Number, f.Name, f.Photo}
	for _, r := range f.Rest {
		texts = append(texts, r.Value)
	}
	for _, t := range texts {
		if utf8.RuneCountInString(t) > MaxFormField || !utf8.ValidString(t) || strings.ContainsFunc(t, unicode.IsControl) {
			return false
		}
	}
	return f.Number != "" || f.Name != ""
}

// Details are the form's further lines as they are recorded: "name: value", a
// line each.
func (f Form) Details() string {
	var lines []string
	for _, r := range f.Rest {
		if r.Value != "" {
			lines = append(lines, r.Name+": "+r.Value)
		}
	}
	if f.Photo != "" {
		lines = append(lines, FormPhoto+": "+f.Photo)
	}
	return strings.Join(lines, "\n")
}

// Credential is the form as a paper that the guard compares.
func (f Form) Credential() *Credential {
	return &Credential{Format: FormatPaperForm, Kind: f.Kind, Number: f.Number, FullName: f.Name, Address: f.Details()}
}

// PendingForm is a paper form whose rest has yet to be copied. It names nobody:
// the paper itself carries [Position.Reference].
type PendingForm struct {
	At   Position // of the decision's record
	Time time.Time
	Lane string
}

// FormTurn begins a person's turn with a paper form, or joins an open amber
// decision about that very person with it. Nobody is looked up: the guard
// decides.
func (l *Lane) FormTurn(ctx context.Context, turn uint64, f Form) error {
	if !f.Whole() {
		return ErrFormEmpty
	}
	return l.present(ctx, typing{scan: Scan{Payload: []byte(f.Number + f.Name), Form: &f}, turn: &turn})
}

// CompleteForm records what else a form says, whose first lines were recorded
// at a position. It returns when that is on disk.
func (l *Lane) CompleteForm(ctx context.Context, at Position, f Form) error {
	if !f.Whole() || at.IsZero() {
		return ErrFormEmpty
	}
	reply := make(chan error, 1)
	l.send(func(s *lane) {
		r := Record{Kind: RecordDecision, Refers: at, Format: FormatPaperForm, Document: f.Kind, Number: f.Number, Name: f.Name, Address: f.Details()}
		s.record(r, func(_ *lane, _ Position, err error) { reply <- err })
	})
	return l.await(ctx, reply)
}
