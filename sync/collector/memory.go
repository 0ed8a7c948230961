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

// Memory is the reference Store and Source, for tests and for trying things out. It
// forgets everything when the program ends; the next one has another restore
// token, so that boxes send again what they still have. Its methods may be
// called from any goroutine.
type Memory struct {
	restore []byte

	mu       sync.Mutex
	segments map[Segment]*heldSegment
	stored   []Stored
	pieces   map[Photo]map[uint64][]byte
}

type heldSegment struct {
	header  []byte
	held    spans
	row     uint64
	records map[uint64][]journal.Sealed // by sequence; more than one: a conflict
}

// NewMemory makes an empty store with a new life of its own.
func NewMemory() *Memory {
	token := make([]byte, 16)
	rand.Read(token) // never fails, crypto/rand says
	return &Memory{restore: token, segments: map[Segment]*heldSegment{}, pieces: map[Photo]map[uint64][]byte{}}
}

// Commit keeps the batches in memory.
func (m *Memory) Commit(_ context.Context, batches []wire.Batch) ([]Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var results []Result
	at := map[Segment]int{}
	for _, b := range batches {
		name := Segment{b.Box, b.Epoch}
		i, met := at[name]
		if !met {
			i, at[name] = len(results), len(results)
			results = append(results, Result{Segment: name})
		}
		m.commit(name, b, &results[i])
	}
	for i := range results {
		results[i].Standing = m.standing(results[i].Segment)
	}
	return results, nil
}

func (m *Memory) commit(name Segment, b wire.Batch, res *Result) {
	seg := m.segments[name]
	if seg == nil {
		seg = &heldSegment{header: b.Header, records: map[uint64][]journal.Sealed{}}
		m.segments[name] = seg
	}
	if !bytes.Equal(seg.header, b.Header) {
		res.Refused++
		return
	}
	seg.row++
	for _, s := range b.Records {
		if !seg.keep(s, res) {
			continue
		}
		m.stored = append(m.stored, Stored{
			Number: uint64(len(m.stored)) + 1, Box: b.Box, Epoch: b.Epoch, Header: b.Header, Sealed: s,
		})
	}
	for _, r := range b.Gone {
		res.Gone += seg.held.add(r.From, r.To)
	}
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
	} else {
		res.New++
	}
	h.records[s.Seq] = append(others, s)
	h.held.add(s.Seq, s.Seq)
	return true
}

func same(a, b journal.Sealed) bool {
	return a.Seq == b.Seq && a.Time.Equal(b.Time) && a.Trusted == b.Trusted && a.Lane == b.Lane && bytes.Equal(a.Body, b.Body)
}

// Standing computes what is held of a segment.
func (m *Memory) Standing(_ context.Context, seg Segment) (Standing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.standing(seg), nil
}

func (m *Memory) standing(name Segment) Standing {
	st := Standing{Restore: m.restore}
	if seg := m.segments[name]; seg != nil {
		st.Seq, st.Top, st.Row = seg.held.reach(), seg.held.top(), seg.row
		st.Gaps = seg.held.gaps(wire.MaxRanges)
	}
	return st
}

// After lists what was stored after the record of that number.
func (m *Memory) After(_ context.Context, number uint64, max int) ([]Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	from := min(number, uint64(len(m.stored)))
	to := min(from+uint64(max), uint64(len(m.stored)))
	return slices.Clone(m.stored[from:to]), nil
}
