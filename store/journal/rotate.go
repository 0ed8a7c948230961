package journal

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

// freshBytes bounds the size of a segment file without records.
const freshBytes = 8*pageSize + growBytes

// begin starts a segment with a key of its own. Its file gets its name only
// when it is whole and synced, and the name is durable before the first record
// counts.
func (j *Journal) begin() error {
	header, key, err := j.newSegment()
	if err != nil {
		return fmt.Errorf("begin segment: %w", err)
	}
	s := &segment{
		number: j.next, epoch: header.Epoch, header: header.encode(), opened: header.Started, newest: header.Started,
		path: filepath.Join(j.opts.Dir, segmentName(j.next, header.Epoch)),
	}
	j.next++
	f, err := j.createFile(s)
	if err != nil {
		return err
	}
	if err := s.measure(); err != nil {
		return errors.Join(err, f.close())
	}
	j.segments = append(j.segments, s)
	j.live = &live{segment: s, file: f, key: key}
	return nil
}

// newSegment draws epoch and data key. The key is never on disk but sealed.
func (j *Journal) newSegment() (Header, sealer, error) {
	var epoch uint64
	for epoch == 0 || j.find(epoch) != nil {
		var b [8]byte
		rand.Read(b[:]) // never fails: see crypto/rand
		epoch = binary.BigEndian.Uint64(b[:])
	}
	data := make([]byte, chacha20poly1305.KeySize)
	rand.Read(data)
	started := time.UnixMilli(j.opts.Now().UnixMilli()).UTC()
	h, err := newHeader(Header{Province: j.opts.Province, Box: j.opts.Box, Epoch: epoch, Started: started}, data, j.opts.ProvinceKey, j.opts.BoxKey)
	if err != nil {
		return Header{}, sealer{}, err
	}
	key, err := newSealer(h, data)
	return h, key, err
}

func (j *Journal) createFile(s *segment) (*file, error) {
	temp := strings.TrimSuffix(s.path, segmentExt) + newExt
	f, err := mapFile(temp, create)
	if err != nil {
		return nil, errors.Join(err, removeIfThere(temp))
	}
	if err = f.begin(s.header); err == nil {
		err = os.Rename(temp, s.path)
	}
	if err == nil {
		err = j.dir.Sync()
	}
	if err != nil {
		// Whichever name it has, no record is in it.
		return nil, errors.Join(fmt.Errorf("create segment: %w", err), f.close(), removeIfThere(temp), removeIfThere(s.path))
	}
	return f, nil
}

// retire closes the live segment; one without records goes at once.
func (j *Journal) retire() error {
	l := j.live
	if l == nil {
		return nil
	}
	j.live = nil
	err := l.file.close()
	if l.last == 0 {
		err = errors.Join(err, j.remove([]*segment{l.segment}))
	}
	return err
}

// giveUp closes a live segment after a failed transaction and asks the file
// what is in it. Acknowledged records stay counted even if the file cannot be
// read now: a later start will tell.
func (j *Journal) giveUp(cause error) {
	l := j.live
	j.live = nil
	j.opts.Log.Error("journal segment given up", "segment", l.name(), "err", cause)
	if err := l.file.close(); err != nil {
		j.opts.Log.Warn("journal segment not closed cleanly", "segment", l.name(), "err", err)
	}
	found, err := inspect(l.path)
	if err != nil {
		j.opts.Log.Error("journal segment not readable", "segment", l.name(), "err", err)
		return
	}
	if found.last < l.last {
		j.opts.Log.Error("journal segment lost records", "segment", l.name(), "from", found.last+1, "to", l.last)
		return
	}
	found.mark = l.mark
	*l.segment = *found
	if l.last == 0 {
		if err := j.remove([]*segment{l.segment}); err != nil {
			j.opts.Log.Warn("empty journal segment not removed", "segment", l.name(), "err", err)
		}
	}
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
