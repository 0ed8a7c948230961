package journal

import (
	"errors"
	"time"
)

// Sealed is one record as it lies on disk and travels: a header in clear and
// a body that only the province can open.
type Sealed struct {
	Seq     uint64
	Time    time.Time // millisecond resolution, UTC
	Trusted bool
	Lane    string
	Body    []byte // AEAD: the sequence is the nonce, the header the associated data
}

// Header opens a segment: it carries the segment's random data key, sealed to
// the province by HPKE (RFC 9180), signed by the box. Its encoding is the
// contract between box and collector.
type Header struct {
	Version   uint8
	Province  string
	Box       string
	Epoch     uint64 // random, never zero: names the segment for good
	Started   time.Time
	SealedKey []byte // HPKE single-shot: enc || ciphertext
	Signature []byte // Ed25519 by the box over everything above
}

// Segment describes one segment file.
type Segment struct {
	Epoch  uint64
	Header []byte // encoded Header
	Last   uint64 // highest sequence stored; 0: none yet
	Mark   uint64 // highest sequence the province's database holds without a gap
	Closed bool   // no record will be added
	Bytes  int64  // size of the file
	Opened time.Time
}

// Pending tells whether the province may lack records of the segment.
func (s Segment) Pending() bool { return s.Last > s.Mark }

// Stats is the journal's state for the screen and the health message.
type Stats struct {
	Waiting  uint64 // records not yet marked
	Segments int
	Bytes    int64 // of all segment files
	Full     bool  // the last append failed for want of space
	Damaged  int   // files set aside since they could not be read
	// Oldest is when the oldest segment was begun that has a record not yet
	// marked: no record has waited longer. Zero: none waits.
	Oldest time.Time
}

// ErrFull: the record could not be written for want of space and no marked
// segment was left to remove.
var ErrFull = errors.New("journal full")

// ErrClosed: the journal is closed, or its last segment was given up.
var ErrClosed = errors.New("journal closed")

// ErrGone: the segment or sequence asked for is not there (any more).
var ErrGone = errors.New("record gone")
