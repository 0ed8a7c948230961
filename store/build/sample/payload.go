package sample

import (
	"strconv"

	"checkpoint"
)

// Payload is the QR content of person i's present card: a CCCD of 2021 (7
// fields) or a Căn cước of 2024 (11), by its issue date. For someone without a
// card it is the bare number, as a guard would type it.
func (p *Province) Payload(i int) string {
	who := p.Person(i)
	return who.payload()
}

func (who *Person) payload() string {
	if who.Issued.IsZero() {
		return who.Number
	}
	b := append(make([]byte, 0, 256), who.Number...)
	b = append(b, '|')
	if len(who.OldNumbers) > 0 {
		b = append(b, who.OldNumbers[0]...)
	}
	b = append(append(b, '|'), who.FullName...)
	b = appendPrinted(append(b, '|'), who.Birth)
	if who.Sex == checkpoint.Female {
		b = append(b, "|Nữ|"...)
	} else {
		b = append(b, "|Nam|"...)
	}
	b = append(b, who.Address()...)
	b = appendPrinted(append(b, '|'), who.Issued)
	if dayOf(who.Issued) >= cancuocEra() {
		b = append(append(b, "||"...), who.Father...) // cancelled number: none
		b = append(append(b, '|'), who.Mother...)
		b = append(b, '|')
	}
	return string(b)
}

// appendPrinted writes a date as cards do: DDMMYYYY, MMYYYY or YYYY.
func appendPrinted(b []byte, d checkpoint.Date) []byte {
	if d.Day > 0 {
		b = appendPadded(b, d.Day, 2)
	}
	if d.Month > 0 {
		b = appendPadded(b, d.Month, 2)
	}
	return appendPadded(b, d.Year, 4)
}

// Address is the place of residence as a card prints it: house, ward,
// district, city.
func (who *Person) Address() string {
	at := "Số " + strconv.Itoa(who.house)
	if who.lane > 0 {
		at += ", Ngõ " + strconv.Itoa(who.lane)
	}
	return at + ", " + who.home.ward + ", " + who.home.district + ", Hà Nội"
}
