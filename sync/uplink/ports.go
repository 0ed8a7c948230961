package uplink

import (
	"context"
	"time"

	"checkpoint/store/journal"
	"checkpoint/store/photos"
	"checkpoint/sync/wire"
)

// Outbox is what the uplink needs of the journal.
type Outbox interface {
	// Segments lists the segments that are on disk, oldest first.
	Segments(ctx context.Context) ([]journal.Segment, error)

	// Read returns up to max records of a segment, ascending, from the first
	// at or after from. A sequence it passes over is unreadable for good, and
	// so is from when it returns journal.ErrGone; records after it may not
	// be. The province is told of those and will not wait for them, so
	// anything that may pass must be another error.
	Read(ctx context.Context, epoch, from uint64, max int) ([]journal.Sealed, error)

	// SetMark says that the province holds everything up to seq.
	SetMark(ctx context.Context, epoch, seq uint64) error

	// LowerMark takes back what an earlier mark said: the province's database
	// was put back to an older state.
	LowerMark(ctx context.Context, epoch, seq uint64) error

	// Changed yields after records were added or segments came or went. It is
	// called anew for each wait.
	Changed() <-chan struct{}
}

// Photos is what the uplink needs of the store of photos; *photos.Store is one.
type Photos interface {
	// Waiting lists the photos to be sent, the oldest first.
	Waiting() []photos.Photo
	// Read returns a photo's sealed bytes. After an error it is passed over.
	Read(id photos.ID) ([]byte, error)
	// Remove removes a photo: the province has it.
	Remove(id photos.ID) error
	// Changed yields after a photo was added.
	Changed() <-chan struct{}
}

// TokenStore keeps the last accepted restore token over restarts.
// durable.Bytes is one.
type TokenStore interface {
	Load() ([]byte, error) // nil, nil: none yet
	Save(token []byte) error
}

// Status is the state of the link for the screen. The zero value is offline.
type Status struct {
	Connected        bool      // to the broker
	Since            time.Time // when Connected last changed
	CollectorPresent bool      // somebody takes records
	LastMark         time.Time // box's clock, when the last believable mark came
	SignedTime       time.Time // newest time that a collector signed: a floor for the box's clock
	Refused          uint64    // marks not believed since the start
	LastRefusal      Refusal   // why the last of them was not
	Forged           uint64    // of those, the ones that no collector signed for this box
	Gone             uint64    // records reported as unreadable since the start
}

// Refusal says why a mark was not believed.
type Refusal string

// The refusals.
const (
	NotAMark       Refusal = "not a mark"
	NotForThisBox  Refusal = "for another box"
	NotSigned      Refusal = "not signed by a collector"
	UnknownSegment Refusal = "segment not here" // harmless when retained: the segment may be long removed
	FellUnasked    Refusal = "lower without a new restore token"
	OldRestore     Refusal = "restore token of an earlier life"
)

// forged tells refusals of what no collector of the province wrote for this box
// from those of its own words, late or out of order.
func (r Refusal) forged() bool { return r == NotAMark || r == NotForThisBox || r == NotSigned }

// mark is one verified mark as it reached the box.
type mark struct {
	wire.Mark
	retained bool // an old word kept by the broker, not an answer
}
