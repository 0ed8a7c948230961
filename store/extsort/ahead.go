package extsort

import (
	"iter"
	"sync"
)

// aheadBytes of records are handed over at a time.
const aheadBytes = 64 << 10

// piece is records on their way between two goroutines.
type piece struct {
	records []byte
	ends    []int // of each record
	err     error // after them
}

// Ahead is Sorted by a goroutine of its own, which is some records ahead: one
// core merges while another works on what comes of it.
func (s *Sorter) Ahead() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		pieces, used, quit := make(chan *piece, 1), make(chan *piece, 3), make(chan struct{})
		var wg sync.WaitGroup
		defer wg.Wait()
		defer close(quit)
		wg.Go(func() { s.cut(pieces, used, quit) })
		for p := range pieces {
			start := 0
			for _, end := range p.ends {
				if !yield(p.records[start:end], nil) {
					return
				}
				start = end
			}
			if p.err != nil {
				yield(nil, p.err)
				return
			}
			p.records, p.ends = p.records[:0], p.ends[:0]
			used <- p // never waits: there are no more than it has room for
		}
	}
}

// cut puts the sorted records into pieces. It takes used ones again.
func (s *Sorter) cut(pieces chan<- *piece, used <-chan *piece, quit <-chan struct{}) {
	defer close(pieces)
	p := new(piece)
	send := func() bool {
		select {
		case pieces <- p:
		case <-quit:
			return false
		}
		select {
		case p = <-used:
		default:
			p = new(piece)
		}
		return true
	}
	for record, err := range s.Sorted() {
		if err != nil {
			p.err = err
			break
		}
		p.records = append(p.records, record...)
		p.ends = append(p.ends, len(p.records))
		if len(p.records) >= aheadBytes && !send() {
			return
		}
	}
	send()
}
