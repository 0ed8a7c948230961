package sample

import (
	"strconv"

	"checkpoint"
)

// sheets are rows of the four files, as bytes of CSV. No word of a sample needs
// quotes.
type sheets [sheetCount][]byte

func (s *sheets) reset() {
	for i := range s {
		s[i] = s[i][:0]
	}
}

// add appends the rows of one person, if they are still there.
func (s *sheets) add(who *Person) {
	if who.gone {
		return
	}
	s[people] = appendPerson(s[people], who)
	for _, d := range who.Doses {
		s[doses] = appendCells(s[doses], d.Number, "")
		s[doses] = append(appendISO(s[doses], d.Date), ',')
		s[doses] = appendCells(s[doses], d.Product, "")
		s[doses] = append(s[doses], byte('0'+d.Dose), ',', byte('0'+d.Course), '\n')
	}
	for _, c := range who.Cases {
		s[cases] = appendCells(s[cases], c.Number, c.Status, "")
		s[cases] = append(appendISO(s[cases], c.From), ',')
		s[cases] = append(appendISO(s[cases], c.Until), '\n')
	}
	for _, w := range who.Withdrawn {
		s[withdrawn] = appendCells(s[withdrawn], w.Kind.String(), w.Number, w.Reason, "")
		s[withdrawn] = append(appendISO(s[withdrawn], w.Since), '\n')
	}
}

func appendPerson(b []byte, who *Person) []byte {
	b = appendCells(b, who.Number, who.FullName, "")
	b = append(appendISO(b, who.Birth), ',')
	if who.Sex == checkpoint.Female {
		b = append(b, "Nữ,"...)
	} else {
		b = append(b, "Nam,"...)
	}
	b = append(appendISO(b, who.Issued), ',')
	b = append(append(b, who.CardStatus...), ',')
	for i, old := range who.OldNumbers {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, old...)
	}
	b = append(b, ',')
	b = appendCells(b, who.HealthCard, who.Passport, who.Commune, "")
	return append(strconv.AppendInt(b, exemption(who.Exempt), 10), '\n')
}

func exemption(exempt bool) int64 {
	if exempt {
		return 1
	}
	return 0
}

// appendCells joins cells with commas; end with "" to have one after the last.
func appendCells(b []byte, cells ...string) []byte {
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, c...)
	}
	return b
}

// appendISO writes YYYY, YYYY-MM or YYYY-MM-DD; nothing for no date.
func appendISO(b []byte, d checkpoint.Date) []byte {
	if d.IsZero() {
		return b
	}
	b = appendPadded(b, d.Year, 4)
	if d.Month > 0 {
		b = appendPadded(append(b, '-'), d.Month, 2)
	}
	if d.Day > 0 {
		b = appendPadded(append(b, '-'), d.Day, 2)
	}
	return b
}
