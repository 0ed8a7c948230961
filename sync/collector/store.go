package collector

import (
	"context"

	"checkpoint"
	"checkpoint/store/journal"
	"checkpoint/sync/wire"
)

// Store keeps one province's records. Several collectors may share one.
type Store interface {
	// Commit keeps every record and gone range of the batch, in one durable
	// transaction that also raises the row version. A record stored before
	// changes nothing; a different one under the same number is kept beside it.
	Commit(ctx context.Context, b wire.Batch) (Result, error)

	// Standing computes what is held of a segment from what is committed, in
	// one transaction. A segment never heard of stands at zero.
	Standing(ctx context.Context, box string, epoch uint64) (Standing, error)

	// After lists up to max stored records whose Number is above the given
	// one, ascending. Every record must turn up in it sooner or later, also
	// when commits overlap.
	After(ctx context.Context, number uint64, max int) ([]Stored, error)
}

// Result tells what a commit did.
type Result struct {
	New       int    // records stored for the first time
	Repeated  int    // records already held
	Conflicts int    // of the new: another record already had the number
	Gone      uint64 // sequences given up that were not held already
}

// Standing is what the store holds of one segment. Gone sequences count as held.
type Standing struct {
	Seq     uint64       // held without a gap from 1
	Top     uint64       // highest held
	Row     uint64       // version raised by every commit to the segment
	Gaps    []wire.Range // missing below Top, lowest first, at most wire.MaxRanges
	Restore []byte       // names this life of the store; changed by whoever puts it back to an older state
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
