package snapshot

import (
	"errors"
	"fmt"
)

// Keys keeps stretched secrets from one build to the next, so that only changed
// people cost again. What it keeps opens records: it stays with the province.
type Keys interface {
	// Read begins to read what earlier builds kept.
	Read() (KeyReader, error)
	// Keep takes every key that the layer uses, by rising tag; fresh ones were
	// not found. A build that is interrupted does not lose those.
	Keep(tag Tag, secret [SecretStart]byte, key Digest, fresh bool) error
}

// KeyReader finds stretched secrets, which it is asked for by rising tag. The
// secret's beginning tells whether the birth date is still the same.
type KeyReader interface {
	Find(tag Tag, secret [SecretStart]byte) (key Digest, known bool, err error)
	Close() error
}

// noKeys is what a build without a cache knows.
type noKeys struct{}

func (noKeys) Find(Tag, [SecretStart]byte) (key Digest, known bool, err error) { return }
func (noKeys) Close() error                                                    { return nil }

// readKeys is nil where nothing is stretched.
func (w *LayerWriter) readKeys() (KeyReader, error) {
	switch {
	case w.plan.Stretch == StretchNone:
		return nil, nil
	case w.plan.Work.Keys == nil:
		return noKeys{}, nil
	}
	return w.plan.Work.Keys.Read()
}

// stretchedSecret is an entry's secret on its way through a batch.
type stretchedSecret struct {
	key   Digest
	known bool // from an earlier build
}

// maxStretch is how many secrets of a batch are stretched at most, so that an
// interrupt is obeyed in a tenth of a second.
const maxStretch = 8

var errStopped = errors.New("sealing was stopped")

// stretch makes an entry's secret slow to guess, unless that was done before.
func (s *sealer) stretch(b *sealBatch, i int, e plainEntry) ([]byte, error) {
	if s.how == StretchNone {
		return e.secret(), nil
	}
	known := &b.stretched[i]
	if known.known {
		return known.key[:], nil
	}
	select {
	case <-s.quit:
		return nil, errStopped
	default:
	}
	key, err := s.how.apply(e.secret())
	if err != nil {
		return nil, err
	}
	known.key = Digest(key)
	return key, nil
}

// keep hands a batch's keys to the cache and reports the progress.
func (w *LayerWriter) keep(b *sealBatch) error {
	if w.plan.Stretch == StretchNone || b.err != nil {
		return nil
	}
	start := 0
	for i, end := range b.ends {
		e := plainEntry(b.plain[start:end])
		start = end
		if e.typ() == entryTombstone {
			continue
		}
		if w.plan.Work.Keys != nil {
			if err := w.plan.Work.Keys.Keep(Tag(e.tag()), e.secretStart(), b.stretched[i].key, !b.stretched[i].known); err != nil {
				return fmt.Errorf("keep stretched keys: %w", err)
			}
		}
		if !b.stretched[i].known {
			w.stretched++
		}
	}
	if b.toStretch == 0 {
		return nil
	}
	return w.step("stretch", w.stretched, w.toStretch)
}
