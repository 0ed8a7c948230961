package build

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/store/build/input"
)

// rowType tells what a row in a part is.
type rowType byte

const (
	rowPerson rowType = iota + 1
	rowLink           // from a further document to its holder's main number
	rowDose
	rowCase
	rowReport
	rowTest
)

// encoder writes one row at a time:
//
//	length of the rest (uvarint), type, length of the number, number, fields
//
// Texts have their length before them, dates are year (2 bytes), month, day.
type encoder struct {
	row    []byte // after the length
	number []byte // in row
	others []document

	products map[string]uint8 // codes of names seen, which are few
}

// maxProducts bounds what a file of nonsense can make the encoder remember.
const maxProducts = 1000

func (e *encoder) product(name string) uint8 {
	code, ok := e.products[name]
	if ok {
		return code
	}
	if e.products == nil || len(e.products) == maxProducts {
		e.products = map[string]uint8{}
	}
	code = productCode(name)
	e.products[strings.Clone(name)] = code
	return code
}

func (e *encoder) begin(t rowType, number string) {
	e.row = append(e.row[:0], byte(t), byte(len(number)))
	e.row = append(e.row, number...)
	e.number = e.row[2:]
}

func (e *encoder) text(s string) {
	e.row = binary.AppendUvarint(e.row, uint64(len(s)))
	e.row = append(e.row, s...)
}

func (e *encoder) date(d checkpoint.Date) {
	e.row = append(e.row, byte(d.Year>>8), byte(d.Year), byte(d.Month), byte(d.Day))
}

func (e *encoder) bytes(b ...byte) { e.row = append(e.row, b...) }

func (e *encoder) person(p input.Person, row int) {
	e.begin(rowPerson, p.Number)
	e.row = binary.AppendUvarint(e.row, uint64(row))
	e.date(p.Birth)
	e.date(p.Issued)
	e.bytes(byte(p.Sex), byte(cardStatus(p.CardStatus)), oneIf(p.Exempt))
	e.text(p.FullName)
	e.text(p.HealthCard)
	e.text(p.Passport)
	e.row = binary.AppendUvarint(e.row, uint64(len(p.OldNumbers)))
	for _, old := range p.OldNumbers {
		e.text(old)
	}
}

func oneIf(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (e *encoder) link(from document, main string) {
	e.begin(rowLink, from.number)
	e.bytes(byte(from.kind))
	e.text(main)
}

func (e *encoder) dose(d input.Dose) {
	e.begin(rowDose, d.Number)
	e.date(d.Date)
	e.bytes(e.product(d.Product), byte(d.Dose), byte(d.Course))
}

func (e *encoder) illness(c input.Case) {
	e.begin(rowCase, c.Number)
	e.bytes(byte(caseStatus(c.Status)))
	e.date(c.From)
	e.date(c.Until)
}

func (e *encoder) report(w input.Withdrawn) {
	e.begin(rowReport, w.Number)
	e.bytes(byte(w.Kind), byte(cardStatus(w.Reason)))
	e.date(w.Since)
}

func (e *encoder) test(t input.Test) {
	e.begin(rowTest, t.Number)
	e.bytes(oneIf(t.Kind == input.TestPCR), oneIf(t.Positive))
	e.row = binary.BigEndian.AppendUint64(e.row, uint64(t.Taken.Unix()))
}

// again files a row under another number.
func (e *encoder) again(r row, number []byte) {
	e.begin(r.kind, string(number))
	e.row = append(e.row, r.fields...)
}

// row is a row in a part.
type row struct {
	kind   rowType
	number []byte
	fields []byte
}

var errScratch = errors.New("join: scratch file damaged")

// cutRow takes the first row off b.
func cutRow(b []byte) (r row, rest []byte, err error) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) || n < 2 || n < 2+uint64(b[used+1]) {
		return row{}, nil, errScratch
	}
	body := b[used : used+int(n)]
	end := 2 + int(body[1])
	return row{kind: rowType(body[0]), number: body[2:end], fields: body[end:]}, b[used+int(n):], nil
}

// decoder takes fields off a row. The first that is not there is kept in err;
// what follows is empty.
type decoder struct {
	b    []byte
	copy string // of a row with texts, all of which share it
	err  error
}

func (d *decoder) take(n uint64) []byte {
	if d.err != nil || n > uint64(len(d.b)) {
		d.b, d.err = nil, errScratch
		return make([]byte, min(n, 4))
	}
	p := d.b[:n]
	d.b = d.b[n:]
	return p
}

func (d *decoder) uint() uint64 {
	n, used := binary.Uvarint(d.b)
	if used <= 0 {
		d.err = errScratch
		return 0
	}
	d.b = d.b[used:]
	return n
}

func (d *decoder) text() string {
	n := d.uint()
	at := len(d.copy) - len(d.b)
	if d.take(n); d.err != nil {
		return ""
	}
	return d.copy[at : at+int(n)]
}

func (d *decoder) byte() byte { return d.take(1)[0] }

func (d *decoder) date() checkpoint.Date {
	p := d.take(4)
	return checkpoint.Date{Year: int(p[0])<<8 | int(p[1]), Month: int(p[2]), Day: int(p[3])}
}

// personRow is what a people row says, and its place in the file.
type personRow struct {
	input.Person
	card checkpoint.CardStatus
	row  int
}

func (r row) person() (personRow, error) {
	d := decoder{b: r.fields, copy: string(r.fields)}
	p := personRow{row: int(d.uint())}
	p.Number = string(r.number)
	p.Birth, p.Issued = d.date(), d.date()
	p.Sex, p.card, p.Exempt = checkpoint.Sex(d.byte()), checkpoint.CardStatus(d.byte()), d.byte() == 1
	p.FullName, p.HealthCard, p.Passport = d.text(), d.text(), d.text()
	for range d.uint() {
		if d.err != nil {
			break
		}
		p.OldNumbers = append(p.OldNumbers, d.text())
	}
	return p, d.err
}

func (r row) link() (kind checkpoint.DocumentKind, main []byte, err error) {
	d := decoder{b: r.fields}
	kind = checkpoint.DocumentKind(d.byte())
	main = d.take(d.uint())
	return kind, main, d.err
}

func (r row) dose() (checkpoint.Dose, error) {
	d := decoder{b: r.fields}
	return checkpoint.Dose{Date: d.date(), Product: d.byte(), Number: int(d.byte()), Course: int(d.byte())}, d.err
}

// illness is one entry of the cases.
type illness struct {
	status      checkpoint.CaseStatus
	from, until checkpoint.Date
}

func (r row) illness() (illness, error) {
	d := decoder{b: r.fields}
	return illness{checkpoint.CaseStatus(d.byte()), d.date(), d.date()}, d.err
}

// report is what is said of a document.
type report struct {
	kind   checkpoint.DocumentKind
	status checkpoint.CardStatus
	since  checkpoint.Date
}

func (r row) report() (report, error) {
	d := decoder{b: r.fields}
	return report{checkpoint.DocumentKind(d.byte()), checkpoint.CardStatus(d.byte()), d.date()}, d.err
}

// sample is one test.
type sample struct {
	pcr, positive bool
	taken         time.Time
}

func (r row) sample() (sample, error) {
	d := decoder{b: r.fields}
	s := sample{pcr: d.byte() == 1, positive: d.byte() == 1}
	b := d.take(8)
	if d.err == nil {
		s.taken = time.Unix(int64(binary.BigEndian.Uint64(b)), 0)
	}
	return s, d.err
}
