package proof

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
)

const block = 4096

// tree is dm-verity's, version 1, over blocks of 4096 bytes
// (Documentation/admin-guide/device-mapper/verity.rst).
type tree struct {
	blocks int64  // of the system
	at     int64  // the block in which the tree begins, its top first
	root   []byte // hash of the top block
	salt   []byte
}

// parseTree reads what image/slot wrote: blocks, first block of the tree, root
// hash, salt.
func parseTree(text string) (t tree, err error) {
	var root, salt string
	if _, err := fmt.Sscanf(text, "%d %d %64s %64s", &t.blocks, &t.at, &root, &salt); err != nil {
		return t, err
	}
	if t.root, err = hex.DecodeString(root); err != nil {
		return t, err
	}
	t.salt, err = hex.DecodeString(salt)
	return t, err
}

// prove hashes every block, builds the tree of the hashes, and compares the root
// and what the card has of the tree.
func (t tree) prove(ctx context.Context, slot io.ReaderAt) error {
	level, err := t.hash(ctx, io.NewSectionReader(slot, 0, t.blocks*block))
	if err != nil {
		return err
	}
	levels := [][]byte{level}
	for len(level) > block {
		if level, err = t.hash(ctx, bytes.NewReader(level)); err != nil {
			return err
		}
		levels = append(levels, level)
	}
	if !bytes.Equal(t.sum(level), t.root) {
		return fmt.Errorf("%w: a block of the system", ErrRot)
	}
	at := t.at * block
	for _, level := range slices.Backward(levels) {
		stored := make([]byte, len(level))
		if _, err := slot.ReadAt(stored, at); err != nil {
			return err
		}
		if !bytes.Equal(stored, level) {
			return fmt.Errorf("%w: a block of the tree", ErrRot)
		}
		at += int64(len(level))
	}
	return nil
}

// hash is the level above: one hash a block, whole blocks, zeros to the end.
func (t tree) hash(ctx context.Context, below io.Reader) (level []byte, err error) {
	b := make([]byte, block)
	for {
		switch _, err := io.ReadFull(below, b); {
		case err == io.EOF:
			return append(level, make([]byte, (block-len(level)%block)%block)...), nil
		case err != nil:
			return nil, err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		level = append(level, t.sum(b)...)
	}
}

func (t tree) sum(b []byte) []byte {
	h := sha256.New()
	h.Write(t.salt)
	h.Write(b)
	return h.Sum(nil)
}
