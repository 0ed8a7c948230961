package snapshot

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"

	"checkpoint/store/extsort"
)

// Below is all that stands in the snapshot that a layer goes on.
type Below interface {
	// Next is the next entry by rising tag, good until the next call; nil with
	// a nil error after the last.
	Next() (*Standing, error)
}

// ErrUnchanged: there is nothing that a layer would have to say.
var ErrUnchanged = errors.New("nothing differs from the snapshot below")

// survey is the first pass over the sorted entries. It finds out what goes into
// the layer, and makes the keyed digest of that which salts every record's key.
// Keyed, because the plain digest of a layer with one person in it could be
// guessed.
type survey struct {
	w       *LayerWriter
	probe   Tag
	input   hash.Hash
	twice   duplicates
	now     Standing        // the entry that is seen
	below   *Standing       // next of those not yet met
	changes *extsort.Sorter // the layer's entries, where those are not all
	keys    KeyReader
	entries int // in the layer, beside the probe
}

// survey leaves the layer's entries in w.sorter.
func (w *LayerWriter) survey() (input Digest, err error) {
	s := &survey{w: w, input: hmac.New(sha256.New, w.pepper[:])}
	who := probe()
	s.probe = w.pepper.Tag(who.Kind, who.Number)
	fmt.Fprintf(s.input, "checkpoint layer input 1 %s %d %d %d\x00", w.plan.Province, w.plan.Kind, w.plan.Number, w.plan.Stretch)
	if w.plan.Below != nil {
		s.changes = extsort.New(extsort.Options{Dir: w.plan.Work.Temp, Memory: cmp.Or(w.plan.Work.Memory, extsort.DefaultMemory) / 4})
		defer func() { // whichever of the two is not needed any more
			err = errors.Join(err, s.changes.Close())
		}()
	}
	if s.keys, err = w.readKeys(); err != nil {
		return input, err
	}
	err = s.run()
	if s.keys != nil {
		err = errors.Join(err, s.keys.Close())
	}
	if err != nil {
		return input, err
	}
	if s.changes != nil && s.entries == 0 {
		return input, ErrUnchanged
	}
	if s.changes != nil {
		w.sorter, s.changes = s.changes, w.sorter
	}
	// What the digest is over can be guessed where a layer is small. With a
	// stretch a guess is to cost no less here than at a record.
	stretched, err := w.plan.Stretch.apply(s.input.Sum(nil))
	if err != nil {
		return input, err
	}
	return Digest(stretched), nil
}

func (s *survey) run() error {
	if err := s.advance(); err != nil {
		return err
	}
	done := 0
	for record, err := range s.w.sorter.Ahead() {
		if err != nil {
			return err
		}
		if done++; done%stepEvery == 0 {
			if err := s.w.step("sort", done, s.w.sorter.Len()); err != nil {
				return err
			}
		}
		s.twice.see(plainEntry(record))
		if err := s.see(plainEntry(record)); err != nil {
			return err
		}
	}
	if err := s.hideBefore(nil); err != nil {
		return err
	}
	return s.twice.err()
}

// see decides whether an entry goes into the layer.
func (s *survey) see(e plainEntry) error {
	switch {
	case bytes.Equal(e.tag(), s.probe[:]): // no document: every layer has it, and it stands nowhere
		s.entries--
		return s.put(e)
	case e.typ() == entryTombstone && s.changes != nil: // hides what is not added anyway
		return nil
	case e.typ() == entryTombstone:
		return s.put(e)
	case s.w.plan.Stands == nil && s.changes == nil:
		return s.put(e)
	}
	s.now.set(e)
	if s.w.plan.Stands != nil && s.twice.found.Count == 0 {
		if err := s.w.plan.Stands(&s.now); err != nil {
			return err
		}
	}
	if err := s.hideBefore(e.tag()); err != nil {
		return err
	}
	if s.below == nil || s.below.Tag != s.now.Tag {
		return s.put(e)
	}
	same := *s.below == s.now
	if err := s.advance(); err != nil || same {
		return err
	}
	return s.put(e)
}

// hideBefore hides what stands below the tag in the snapshot below and was not
// met; nil is above all tags.
func (s *survey) hideBefore(tag []byte) error {
	for s.below != nil && (tag == nil || bytes.Compare(s.below.Tag[:], tag) < 0) {
		if err := s.put(tombstone(s.below.Tag)); err != nil {
			return err
		}
		if err := s.advance(); err != nil {
			return err
		}
	}
	return nil
}

func (s *survey) advance() (err error) {
	if s.w.plan.Below != nil {
		s.below, err = s.w.plan.Below.Next()
	}
	return err
}

// put takes an entry into the layer.
func (s *survey) put(e plainEntry) error {
	s.entries++
	s.input.Write(e[typeAt : typeAt+1])
	s.input.Write(e.tag())
	s.input.Write(e.secretAndPlain())
	if s.keys != nil && e.typ() != entryTombstone {
		_, known, err := s.keys.Find(Tag(e.tag()), e.secretStart())
		if err != nil {
			return err
		}
		if !known {
			s.w.toStretch++
		}
	}
	if s.changes == nil {
		return nil
	}
	return s.changes.Add(e)
}
