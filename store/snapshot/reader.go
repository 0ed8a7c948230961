package snapshot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// reader is a read transaction of a layer with its cursors. It is kept for the
// lookups to come: the file never changes, and beginning a transaction costs
// more than the search in it. It serves one goroutine at a time.
type reader struct {
	tx     *bolt.Tx
	blocks *bolt.Cursor
	groups *bolt.Cursor
	key    [4]byte
}

func newReader(db *bolt.DB) (r *reader, err error) {
	tx, err := db.Begin(false)
	if err != nil {
		return nil, err
	}
	defer func() {
		if r == nil { // also when the page of the buckets cannot be read: Close waits for transactions
			err = errors.Join(err, tx.Rollback())
		}
	}()
	blocks, groups := tx.Bucket(bucketBlocks), tx.Bucket(bucketGroups)
	if blocks == nil || groups == nil {
		return nil, fmt.Errorf("%w: no blocks or no groups", ErrDamaged)
	}
	return &reader{tx: tx, blocks: blocks.Cursor(), groups: groups.Cursor()}, nil
}

// view lends a reader to do, whose page faults become [ErrDamaged].
func (l *Layer) view(do func(*reader) error) error {
	return guard(func() error {
		r, err := l.takeReader()
		if err != nil {
			return err
		}
		defer l.giveBack(r)
		return do(r)
	})
}

func (l *Layer) takeReader() (*reader, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.idle); n > 0 {
		r := l.idle[n-1]
		l.idle = l.idle[:n-1]
		return r, nil
	}
	return newReader(l.db)
}

func (l *Layer) giveBack(r *reader) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, r)
}

// group reads the slots of group n and proves them.
func (l *Layer) group(r *reader, n uint32) ([]byte, error) {
	v := r.get(r.groups, n)
	if !slotProves(l.groups, n, hashGroup(n, v)) {
		return nil, fmt.Errorf("%w: group %d", ErrDamaged, n)
	}
	return v, nil
}

// block reads block n and proves it by the slots of its group.
func (r *reader) block(n uint32, slots []byte) ([]byte, error) {
	v := r.get(r.blocks, n)
	if !slotProves(slots, n%groupSlots, hashBlock(n, v)) {
		return nil, fmt.Errorf("%w: block %d", ErrDamaged, n)
	}
	return v, nil
}

// get is the value under a number; nil if there is none.
func (r *reader) get(c *bolt.Cursor, n uint32) []byte {
	binary.BigEndian.PutUint32(r.key[:], n)
	if k, v := c.Seek(r.key[:]); bytes.Equal(k, r.key[:]) {
		return v
	}
	return nil
}

// slotFor is the last slot whose low tag is not above tag. The first slot of a
// layer begins at zero, so there always is one.
func slotFor(slots []byte, tag Tag) uint32 {
	first, end := 0, len(slots)/slotSize // it is in here
	for end-first > 1 {
		middle := (first + end) / 2
		if at := middle * slotSize; bytes.Compare(slots[at:at+TagSize], tag[:]) > 0 {
			end = middle
		} else {
			first = middle
		}
	}
	return uint32(first)
}

// slotProves tells whether the slot names this hash.
func slotProves(slots []byte, slot uint32, got Digest) bool {
	at := int(slot) * slotSize
	return at+slotSize <= len(slots) && bytes.Equal(got[:], slots[at+TagSize:at+slotSize])
}
