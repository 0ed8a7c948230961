package doctor

import (
	"context"
	"time"

	"checkpoint/console/control"
	"checkpoint/console/faults"
)

// State is how a part of the box is.
type State string

// The states.
const (
	OK      State = "ok"
	Warn    State = "warn"
	Fail    State = "fail"
	Unknown State = "unknown" // it could not be looked at; Detail says why
)

// Row is one line of the answer.
type Row struct {
	Row    faults.Row  `json:"row"`
	Where  string      `json:"where,omitempty"` // lane, or lane/reader; empty: the box
	Code   faults.Code `json:"code,omitempty"`  // empty: nothing is wrong
	Title  faults.Text `json:"title"`           // of the fault, or of the row
	State  State       `json:"state"`
	Detail string      `json:"detail,omitempty"` // what was seen
	Act    faults.Text `json:"act,omitzero"`     // what to do
	Next   string      `json:"next,omitempty"`   // the command that does it
}

// Lookups is what a thousand look-ups of numbers that nobody has took. Each was
// proven up to the layer's root.
type Lookups struct {
	Snapshot uint64
	N        int
	P50, P99 time.Duration
}

// Reached is how far a connection to the broker came.
type Reached uint8

// How far.
const (
	Nobody   Reached = iota // it did not come about
	Refused                 // somebody answers, and does not take this box
	Answered                // somebody answers
)

// Box is how to look at a box. Any function may be nil: that part is then not
// looked at.
type Box struct {
	// Status is the daemon's word. When it cannot be had [Box.Without] is asked.
	Status func(context.Context) (control.Status, error)
	// Without is what can be seen without the daemon: the same status with what
	// is known filled in, and which rows that are.
	Without func() (control.Status, []faults.Row)
	// Allowed tells whether an error of Status means that the caller may not ask.
	Denied func(error) bool

	Config  func() error // as checkpointd --check
	Machine func() control.Machine
	Write   func() error // tries to keep something on the disk
	// Lookups makes n of them, after each layer's probe record.
	Lookups func(ctx context.Context, n int) (Lookups, error)
	Broker  func(context.Context) (Reached, error)
	Walk    func(ctx context.Context, lane string) error
	// Code waits for the test code at any scanner and tells how it was read.
	Code func(context.Context) (Seen, error)
}

// Seen is the test code as a scanner gave it.
type Seen struct {
	Lane, Reader string
	Whole        bool // letter by letter
}

// Where tells which reader saw it, as rows name it.
func (s Seen) Where() string { return s.Lane + "/" + s.Reader }

// Options is what to look at.
type Options struct {
	Only  []faults.Row // empty: all
	Lamps bool         // light each lamp for two seconds, when nobody stands there
	Scan  bool         // wait for the test code
}

// TestCode is what a scanner is tried with: the letters that scanners which type
// lose, and what other keyboards put elsewhere. docs/print has it as a QR code.
const TestCode = "CHECKPOINT-TEST|Đặng Thị Ngọc Ưu ĂÂÊÔƠƯ|0123456789|a-z_A:Z;=+*/()@#"

// lookups is how many look-ups are measured, and tooSlow the 99th of a hundred
// of them that costs a lane its time: a quarter of its 200 ms.
const (
	lookups = 1000
	tooSlow = 50 * time.Millisecond
)

// Run looks at the box. It takes a few seconds at most, and with Lamps or Scan
// as long as ctx allows.
func Run(ctx context.Context, b Box, o Options) []Row {
	e := &exam{box: b, options: o, says: map[place]string{}, unseen: map[faults.Row]string{}}
	e.ask(ctx)
	e.config()
	e.machine()
	e.data(ctx)
	e.broker(ctx)
	e.found = append(e.found, e.status.Found()...)
	e.found = append(e.found, e.extra...)
	e.lamps(ctx)
	e.scan(ctx)
	return e.rows()
}

// Worst is the worst state of some rows. What could not be looked at is no worse
// than well, except where nothing was.
func Worst(rows []Row) State {
	rank := map[State]int{Unknown: 0, OK: 1, Warn: 2, Fail: 3}
	worst := Unknown
	for _, r := range rows {
		if rank[r.State] > rank[worst] {
			worst = r.State
		}
	}
	return worst
}
