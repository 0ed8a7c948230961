package snapshot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Document is a document that a lookup in a snapshot would find.
type Document struct {
	Tag    Tag
	Person bool // else a further document of somebody
	Layers int  // how many of the layers have it; the probe is in all
}

// Documents goes through all documents of a snapshot by rising tag. No pepper
// is needed, and every one is proven up to the roots that the manifest names:
// whatever else is said of who is in the data can be held against it.
type Documents struct {
	walks []*layerWalk // newest first
}

// OpenDocuments opens the layers of m, of which the files lie in a snapshot
// directory.
func OpenDocuments(dir string, m *Manifest) (*Documents, error) {
	d := &Documents{}
	for _, ref := range m.Layers {
		l, err := OpenLayer(LayersDir(dir), ref)
		if err != nil {
			return nil, errors.Join(err, d.Close())
		}
		d.walks = append(d.walks, &layerWalk{layer: l})
	}
	return d, nil
}

// Close frees the files.
func (d *Documents) Close() error {
	var errs []error
	for _, w := range d.walks {
		errs = append(errs, w.layer.Close())
	}
	return errors.Join(errs...)
}

// Next is the next document; false after the last. An error wraps ErrDamaged.
func (d *Documents) Next() (Document, bool, error) {
	for {
		doc, hidden, err := d.next()
		if err != nil || doc.Layers == 0 || !hidden {
			return doc, err == nil && doc.Layers > 0, err
		}
	}
}

// next merges the layers. What the newest says of a tag counts.
func (d *Documents) next() (doc Document, hidden bool, err error) {
	for _, w := range d.walks {
		if err := w.fill(); err != nil {
			return Document{}, false, err
		}
		if len(w.ahead) > 0 && (doc.Layers == 0 || bytes.Compare(w.ahead[0].tag[:], doc.Tag[:]) < 0) {
			doc, hidden = Document{Tag: w.ahead[0].tag, Person: w.ahead[0].typ == entryPerson, Layers: 1}, w.ahead[0].typ == entryTombstone
		}
	}
	if doc.Layers == 0 {
		return doc, false, nil
	}
	doc.Layers = 0
	for _, w := range d.walks {
		if len(w.ahead) > 0 && w.ahead[0].tag == doc.Tag {
			w.ahead = w.ahead[1:]
			doc.Layers++
		}
	}
	return doc, hidden, nil
}

// layerWalk goes through one layer, a group of blocks at a time.
type layerWalk struct {
	layer *Layer
	group uint32
	ahead []tagged
	space []tagged
	high  []byte // of the last block's range; nil before the first
}

type tagged struct {
	tag Tag
	typ entryType
}

func (w *layerWalk) fill() error {
	for len(w.ahead) == 0 && w.group*groupSlots < w.layer.ref.Header.Blocks {
		w.space = w.space[:0]
		err := w.layer.view(w.readGroup)
		if err != nil {
			return fmt.Errorf("go through layer %s: %w", w.layer.ref.FileName()[:12], err)
		}
		w.ahead = w.space
		w.group++
	}
	return nil
}

func (w *layerWalk) readGroup(r *reader) error {
	slots, err := w.layer.group(r, w.group)
	if err != nil {
		return err
	}
	for slot := range len(slots) / slotSize {
		raw, err := r.block(w.group*groupSlots+uint32(slot), slots)
		if err != nil {
			return err
		}
		b, err := parseBlock(raw)
		if err != nil {
			return err
		}
		if !bytes.Equal(b.low(), slots[slot*slotSize:slot*slotSize+TagSize]) || w.high != nil && bytes.Compare(w.high, b.low()) >= 0 {
			return fmt.Errorf("%w: block out of order", ErrDamaged)
		}
		if err := w.readBlock(b); err != nil {
			return err
		}
		w.high = append(w.high[:0], b.high()...)
	}
	return nil
}

// readBlock takes the tags of a block, which rise within its range: a lookup
// would not find others.
func (w *layerWalk) readBlock(b block) error {
	rest, last := b[blockHead:], b.low()
	for n := range binary.BigEndian.Uint16(b[1:]) {
		t, tag, _, after, err := nextEntry(rest)
		if err != nil {
			return err
		}
		if order := bytes.Compare(last, tag); order > 0 || order == 0 && n > 0 || bytes.Compare(tag, b.high()) > 0 {
			return fmt.Errorf("%w: entry out of order", ErrDamaged)
		}
		w.space = append(w.space, tagged{Tag(tag), t})
		rest, last = after, tag
	}
	return nil
}
