package snapshot

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"hash"
	"iter"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"
)

// sealedEntry is an entry as it lies in a block. Its bytes are good until the
// next one.
type sealedEntry struct {
	typ  entryType
	tag  Tag
	body []byte
}

// batchEntries are sealed in one go: enough that handing a batch over costs
// nothing beside the work in it.
const batchEntries = 512

// sealBatch is entries on their way through a sealing goroutine.
type sealBatch struct {
	plain  []byte
	ends   []int // of each entry in plain
	sealed []byte
	err    error
	ready  chan struct{}

	stretched []stretchedSecret // for each entry, where secrets are stretched
	toStretch int               // of those, not known before
}

// sealed yields all entries in order, sealed by Work.Workers goroutines.
func (w *LayerWriter) sealed(input Digest) iter.Seq2[sealedEntry, error] {
	return func(yield func(sealedEntry, error) bool) {
		ahead := 2 * w.plan.Work.Workers
		todo, order := make(chan *sealBatch, ahead), make(chan *sealBatch, ahead)
		used, quit := make(chan *sealBatch, ahead), make(chan struct{})
		var wg sync.WaitGroup
		defer wg.Wait()
		defer close(quit)
		wg.Go(func() { w.batches(todo, order, used, quit) })
		for range w.plan.Work.Workers {
			wg.Go(func() {
				s := newSealer(input)
				s.how, s.quit = w.plan.Stretch, quit
				for b := range todo {
					b.err = s.batch(b)
					close(b.ready)
				}
			})
		}
		for b := range order {
			<-b.ready
			if err := w.keep(b); err != nil {
				yield(sealedEntry{}, err)
				return
			}
			if !b.each(yield) {
				return
			}
			select {
			case used <- b:
			default: // enough of them lie there
			}
		}
	}
}

// batches cuts the sorted entries into batches and hands each to a sealer and,
// in order, to the reader, which gives them back when they are used. An error
// goes as a batch of its own.
func (w *LayerWriter) batches(todo, order chan<- *sealBatch, used <-chan *sealBatch, quit <-chan struct{}) {
	defer close(order)
	defer close(todo)
	send := func(b *sealBatch) bool {
		select {
		case order <- b:
		case <-quit:
			return false
		}
		todo <- b // sealers take until todo is closed
		return true
	}
	fail := func(err error) {
		b := &sealBatch{err: err, ready: make(chan struct{})}
		close(b.ready)
		select {
		case order <- b:
		case <-quit:
		}
	}
	keys, err := w.readKeys()
	if err != nil {
		fail(err)
		return
	}
	if keys != nil {
		defer keys.Close() // read only: nothing can be lost
	}
	b := emptyBatch(used)
	for record, err := range w.sorter.Sorted() {
		if err != nil {
			fail(err)
			return
		}
		b.plain = append(b.plain, record...)
		b.ends = append(b.ends, len(b.plain))
		if err := b.find(keys, plainEntry(record)); err != nil {
			fail(err)
			return
		}
		if len(b.ends) == batchEntries || b.toStretch == maxStretch {
			if !send(b) {
				return
			}
			b = emptyBatch(used)
		}
	}
	send(b)
}

// emptyBatch is a used batch emptied, or a new one.
func emptyBatch(used <-chan *sealBatch) *sealBatch {
	select {
	case b := <-used:
		return &sealBatch{plain: b.plain[:0], ends: b.ends[:0], sealed: b.sealed[:0], stretched: b.stretched[:0], ready: make(chan struct{})}
	default:
		return &sealBatch{plain: make([]byte, 0, batchEntries*(plainAt+recordSize)), ends: make([]int, 0, batchEntries), sealed: make([]byte, 0, batchEntries*(recordSize+aeadOverhead)), ready: make(chan struct{})}
	}
}

// find looks the entry's stretched secret up, where secrets are stretched.
func (b *sealBatch) find(keys KeyReader, e plainEntry) (err error) {
	if keys == nil {
		return nil
	}
	var s stretchedSecret
	if e.typ() != entryTombstone {
		if s.key, s.known, err = keys.Find(Tag(e.tag()), e.secretStart()); err != nil {
			return err
		}
		if !s.known {
			b.toStretch++
		}
	}
	b.stretched = append(b.stretched, s)
	return nil
}

func (b *sealBatch) each(yield func(sealedEntry, error) bool) bool {
	if b.err != nil {
		yield(sealedEntry{}, b.err)
		return false
	}
	body, start := b.sealed, 0
	for _, end := range b.ends {
		e := plainEntry(b.plain[start:end])
		size := e.typ().size()
		if !yield(sealedEntry{e.typ(), Tag(e.tag()), body[:size]}, nil) {
			return false
		}
		body, start = body[size:], end
	}
	return true
}

// sealer seals records of one layer. It keeps the key schedule of the layer's
// salt. It serves one goroutine.
type sealer struct {
	mac   hash.Hash // HMAC with the layer's salt
	text  []byte
	sum   []byte
	how   Stretch
	quit  <-chan struct{} // closed: nobody waits for the rest
	nonce [chacha20poly1305.NonceSize]byte
}

func newSealer(input Digest) *sealer { return &sealer{mac: hmac.New(sha256.New, input[:])} }

func (s *sealer) batch(b *sealBatch) error {
	start := 0
	for i, end := range b.ends {
		e := plainEntry(b.plain[start:end])
		start = end
		if e.typ() == entryTombstone {
			continue
		}
		secret, err := s.stretch(b, i, e)
		if err != nil {
			return err
		}
		if b.sealed, err = s.seal(b.sealed, secret, e); err != nil {
			return err
		}
	}
	return nil
}

// key is what [sealKey] gives, until the next call.
func (s *sealer) key(secret []byte, t entryType) []byte {
	s.text = appendKeyMaterial(s.text[:0], secret, t)
	s.mac.Reset()
	s.mac.Write(s.text)
	s.sum = s.mac.Sum(s.sum[:0])
	return s.sum
}

// seal encrypts with ChaCha20-Poly1305 (RFC 8439) under a key that
// [sealKey] gives. The nonce is zero because every key seals one record only; the tag is
// bound in.
func (s *sealer) seal(out, secret []byte, e plainEntry) ([]byte, error) {
	aead, err := chacha20poly1305.New(s.key(secret, e.typ()))
	if err != nil {
		return nil, fmt.Errorf("seal record: %w", err)
	}
	return aead.Seal(out, s.nonce[:], e.plain(), e.tag()), nil
}
