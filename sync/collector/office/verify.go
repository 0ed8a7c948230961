package office

import (
	"bytes"
	"context"
	"crypto/hmac"
	"fmt"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/view"
)

// Fault is what is wrong with the log of looks.
type Fault struct {
	First, Last int64 // lines
	Kind        FaultKind
}

// FaultKind is what was done to lines.
type FaultKind string

// The kinds of faults.
const (
	Missing  FaultKind = "missing"  // lines are not there
	Changed  FaultKind = "changed"  // not as it was written, or written without the key
	Replaced FaultKind = "replaced" // does not follow the line before: that one is another
	CutOff   FaultKind = "cut off"  // the end that was seen is not there
)

// String implements fmt.Stringer.
func (f Fault) String() string {
	if f.First == f.Last {
		return fmt.Sprintf("line %d: %s", f.First, f.Kind)
	}
	return fmt.Sprintf("lines %d to %d: %s", f.First, f.Last, f.Kind)
}

// In is the fault in words, in a language, "vi" or "en".
func (f Fault) In(language string) string {
	lines := view.Column{Vietnamese: "Dòng %d", English: "Line %d"}
	numbers := []any{f.First}
	if f.Last > f.First {
		lines, numbers = view.Column{Vietnamese: "Dòng %d đến %d", English: "Lines %d to %d"}, append(numbers, f.Last)
	}
	return fmt.Sprintf(lines.In(language), numbers...) + ": " + faultWords[f.Kind].In(language)
}

var faultWords = map[FaultKind]view.Column{
	Missing:  {Vietnamese: "bị mất", English: "missing"},
	Changed:  {Vietnamese: "bị sửa", English: "changed"},
	Replaced: {Vietnamese: "không nối với dòng trước", English: "does not follow the line before"},
	CutOff:   {Vietnamese: "bị cắt ở cuối", English: "cut off the end"},
}

// mostFaults bounds what is told of a log that is all wrong.
const mostFaults = 100

// VerifyLooks reads the log from a line on (1: all of it) and tells how many lines
// there are and what is wrong with them. A log without faults holds every line that
// this machine ever wrote or saw, unchanged and in order.
func (o *Office) VerifyLooks(ctx context.Context, first int64) (lines int64, faults []Fault, err error) {
	seen, err := o.log.end() // before the lines: they are written first
	if err != nil {
		return 0, nil, err
	}
	first = max(first, 1)
	c := check{chain: o.log, seen: seen, next: first}
	if first == 1 {
		c.before = start()
	}
	rows, err := o.pool.Query(ctx, `select n, at, account, second, what, subject, detail, reason, before, link
		from office.look where n >= $1 order by n`, first)
	if err != nil {
		return 0, nil, err
	}
	var l Line
	var before, link []byte
	_, err = pgx.ForEachRow(rows, []any{&l.N, &l.At, &l.Account, &l.Second, &l.What, &l.Subject, &l.Detail, &l.Reason, &before, &link}, func() error {
		lines++
		c.line(l, before, link)
		return nil
	})
	if err == nil && c.next <= seen.n {
		c.fault(Fault{c.next, seen.n, CutOff})
	}
	return lines, c.faults, err
}

// check goes along the chain.
type check struct {
	chain  *chain
	seen   end
	next   int64  // number of the line that comes next
	before []byte // what it is bound to; nil: not known
	faults []Fault
}

func (c *check) fault(f Fault) {
	if len(c.faults) < mostFaults {
		c.faults = append(c.faults, f)
	}
}

func (c *check) line(l Line, before, link []byte) {
	if l.N > c.next {
		c.fault(Fault{c.next, l.N - 1, Missing})
		c.before = nil
	}
	switch {
	case !hmac.Equal(link, c.chain.link(l, before)):
		c.fault(Fault{l.N, l.N, Changed})
	case c.before != nil && !bytes.Equal(before, c.before):
		c.fault(Fault{l.N, l.N, Replaced})
	case l.N == c.seen.n && !bytes.Equal(link, c.seen.link):
		c.fault(Fault{l.N, l.N, Replaced})
	}
	c.next, c.before = l.N+1, bytes.Clone(link)
}
