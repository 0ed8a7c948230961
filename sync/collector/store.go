package collector

import (
	"context"

	"checkpoint"
	"checkpoint/store/journal"
	"checkpoint/store/photos"
	"checkpoint/sync/wire"
)

// Store keeps one province's records. Several collectors may share one.
type Store interface {
	// Commit keeps every record and gone range of the batches, in one durable
	// transaction that also raises the row version of each segment they belong
	// to. A record stored before changes nothing; a different one under the same
	// number is kept beside it. The results are one for each of those segments.
	Commit(ctx context.Context, batches []wire.Batch) ([]Result, error)

	// Standing computes what is held of a segment from what is committed, in
	// one transaction. A segment never heard of stands at zero.
	Standing(ctx context.Context, seg Segment) (Standing, error)
}

// PhotoStore keeps one province's photos of paper forms, sealed, piece by piece.
type PhotoStore interface {
	// KeepPieces keeps pieces in one durable transaction; one that is held changes
	// nothing. It returns which of their photos the store then has whole, each
	// proven by its id.
	KeepPieces(ctx context.Context, pieces []wire.Piece) (whole []Photo, err error)
}

// Photo names one photo of one box.
type Photo struct {
	Box string
	ID  photos.ID
}

// Segment names one segment of one box's journal.
type Segment struct {
	Box   string
	Epoch uint64
}

// Result tells what a commit did to a segment, and how it stands after it.
type Result struct {
	Segment   Segment
	New       int    // records stored for the first time
	Repeated  int    // records already held
	Conflicts int    // records kept beside another one that already had the number
	Gone      uint64 // sequences given up that were not held already
	// Refused are batches that came under another segment header than the first
	// one did. A box writes one header for a segment: nothing of them is kept.
	Refused  int
	Standing Standing
}

// Standing is what the store holds of one segment. Gone sequences count as held.
type Standing struct {
	Seq     uint64       // held without a gap from 1
	Top     uint64       // highest held
	Row     uint64       // version raised by every commit to the segment
	Gaps    []wire.Range // missing below Top, lowest first, at most wire.MaxRanges
	Restore []byte       // names this life of the store; changed by whoever puts it back to an older state
}

// Source gives back what a store holds, for an opener in the same process.
type Source interface {
	// After lists up to max stored records whose Number is above the given
	// one, ascending. Every record must turn up in it sooner or later, also
	// when commits overlap.
	After(ctx context.Context, number uint64, max int) ([]Stored, error)
}

// Stored is one sealed record in the store.
type Stored struct {
	Number uint64 // in the order of storing, from 1
	Box    string
	Epoch  uint64
	Header []byte // of its segment
	Sealed journal.Sealed
}

// Opener opens a sealed record with the province's private key.
type Opener interface {
	Open(header []byte, s journal.Sealed) (checkpoint.Record, error)
}
