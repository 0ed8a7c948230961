package hidpos

import (
	"bytes"
	"errors"
)

// Usages of bar code scanners: page in the upper half, usage in the lower.
const (
	pageScanner       = 0x8C
	usageDecodedData  = pageScanner<<16 | 0xFE
	usageContinued    = pageScanner<<16 | 0xFF
	usageByteCount    = 0x01<<16 | 0x3B // Generic Desktop
	firstScannerUsage = pageScanner<<16 | 0x01
	lastScannerUsage  = pageScanner<<16 | 0x05 // badge reader, scanner, dumb scanner, cordless base, cradle
)

// Errors of [Parse].
var (
	ErrNotScanner = errors.New("not a bar code scanner in HID-POS mode (no usage page 0x8C)")
	ErrNoData     = errors.New("HID-POS scanner without a report of decoded data")
)

// Layout tells where codes are in the reports of one scanner.
type Layout struct {
	numbered bool // reports begin with their number
	reports  []report
}

// report is one input report that carries codes. Offsets and lengths are in
// bits, without the report's number.
type report struct {
	id        byte
	data      field
	count     field // how many bytes of data are used; none: all but the NULs at the end
	continued field // not zero: another report with more follows
}

// Part is what one report holds of a code.
type Part struct {
	Data []byte // a piece of the report
	More bool   // the code goes on in the next report
}

// Parse reads a report descriptor, as HIDIOCGRDESC or the file
// report_descriptor in sysfs gives it.
func Parse(descriptor []byte) (*Layout, error) {
	p := parser{collections: make([]uint32, 0, maxDepth)}
	if err := p.parse(descriptor); err != nil {
		return nil, err
	}
	l := &Layout{numbered: p.numbered}
	for _, f := range p.fields {
		switch {
		case !isScanner(f.application):
		case f.usage == usageDecodedData && f.size == 8 && f.offset%8 == 0:
			l.at(f.report).data = f.field
		case f.usage == usageContinued:
			l.at(f.report).continued = f.field
		case f.usage == usageByteCount:
			l.at(f.report).count = f.field
		}
	}
	if !p.scanner {
		return nil, ErrNotScanner
	}
	kept := l.reports[:0]
	for _, r := range l.reports {
		if r.data.count > 0 {
			kept = append(kept, r)
		}
	}
	l.reports = kept
	if len(l.reports) == 0 {
		return nil, ErrNoData
	}
	return l, nil
}

// IsScanner tells whether a descriptor is that of a scanner that [Parse] takes.
func IsScanner(descriptor []byte) bool {
	_, err := Parse(descriptor)
	return err == nil
}

func isScanner(application uint32) bool {
	return application >= firstScannerUsage && application <= lastScannerUsage
}

func (l *Layout) at(id byte) *report {
	for i := range l.reports {
		if l.reports[i].id == id {
			return &l.reports[i]
		}
	}
	l.reports = append(l.reports, report{id: id})
	return &l.reports[len(l.reports)-1]
}

// Read takes a report as hidraw gives it. False: this report carries no code
// (a trigger, a status, a report of another layout).
func (l *Layout) Read(b []byte) (Part, bool) {
	var id byte
	if l.numbered {
		if len(b) == 0 {
			return Part{}, false
		}
		id, b = b[0], b[1:]
	}
	for _, r := range l.reports {
		if r.id == id {
			return r.read(b)
		}
	}
	return Part{}, false
}

func (r *report) read(b []byte) (Part, bool) {
	from := r.data.offset / 8
	if from >= len(b) {
		return Part{}, false // cut short
	}
	p := Part{Data: b[from:min(len(b), from+r.data.count)], More: r.continued.value(b) != 0}
	if r.count.count == 0 {
		p.Data = bytes.TrimRight(p.Data, "\x00")
	} else {
		p.Data = p.Data[:min(len(p.Data), int(r.count.value(b)))]
	}
	return p, true
}

// field is a run of equal parts in a report.
type field struct {
	offset int // bits from the report's start, its number not counted
	size   int // bits of one part, at most 32
	count  int // parts; 0: there is no such field
}

// value is the field's first part; 0 where the report is too short for it.
func (f field) value(b []byte) (v uint32) {
	if f.count == 0 || f.offset+f.size > 8*len(b) {
		return 0
	}
	for i := range f.size {
		at := f.offset + i
		v |= uint32(b[at/8]>>(at%8)&1) << i
	}
	return v
}
