package collector

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"
	"sync"

	"checkpoint/store/journal"
	"checkpoint/sync/wire"
)

// Memory is the reference Store, for tests and for trying things out. It
// forgets everything when the program ends; the next one has another restore
// token, so that boxes send again what they still have. Its methods may be
// called from any goroutine.
type Memory struct {
	restore []byte

	mu       sync.Mutex
	segments map[segmentKey]*heldSegment
	stored   []Stored
}

type segmentKey struct {
	box   string
	epoch uint64
}

type heldSegment struct {
	held    spans
	row     uint64
	records map[uint64][]journal.Sealed // by sequence; more than one: a conflict
}

// NewMemory makes an empty store with a new life of its own.
func NewMemory() *Memory {
	token := make([]byte, 16)
	rand.Read(token) // never fails, crypto/rand says
	return &Memory{restore: token, segments: map[segmentKey]*heldSegment{}}
}

// Commit keeps the batch in memory.
func (m *Memory) Commit(_ context.Context, b wire.Batch) (Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := segmentKey{b.Box, b.Epoch}
	seg := m.segments[key]
	if seg == nil {
		seg = &heldSegment{records: map[uint64][]journal.Sealed{}}
		m.segments[key] = seg
	}
	seg.row++
	var res Result
	for _, s := range b.Records {
		if !seg.keep(s, &res) {
			continue
		}
		m.stored = append(m.stored, Stored{
			Number: uint64(len(m.stored)) + 1, Box: b.Box, Epoch: b.Epoch, Header: b.Header, Sealed: s,
		})
	}
	for _, r := range b.Gone {
		res.Gone += seg.held.add(r.From, r.To)
	}
	return res, nil
}

// keep tells whether the record was not held yet.
func (h *heldSegment) keep(s journal.Sealed, res *Result) bool {
	others := h.records[s.Seq]
	if slices.ContainsFunc(others, func(o journal.Sealed) bool { return same(o, s) }) {
		res.Repeated++
		return false
	}
	if len(others) > 0 {
		res.Conflicts++
	}
	res.New++
	h.records[s.Seq] = append(others, s)
	h.held.add(s.Seq, s.Seq)
	return true
}

func same(a, b journal.Sealed) bool {
	return a.Seq == b.Seq && a.Time.Equal(b.Time) && a.Trusted == b.Trusted && a.Lane == b.Lane && bytes.Equal(a.Body, b.Body)
}

// Standing computes what is held of a segment.
func (m *Memory) Standing(_ context.Context, box string, epoch uint64) (Standing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	st := Standing{Restore: m.restore}
	if seg := m.segments[segmentKey{box, epoch}]; seg != nil {
		st.Seq, st.Top, st.Row = seg.held.reach(), seg.held.top(), seg.row
		st.Gaps = seg.held.gaps(wire.MaxRanges)
	}
	return st, nil
}

// After lists what was stored after the record of that number.
func (m *Memory) After(_ context.Context, number uint64, max int) ([]Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	from := min(number, uint64(len(m.stored)))
	to := min(from+uint64(max), uint64(len(m.stored)))
	return slices.Clone(m.stored[from:to]), nil
}
