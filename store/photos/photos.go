// Package photos keeps on a box the photos of paper forms until the province has
// them. A photo is sealed to the province before it touches the disk, so that
// neither the box nor whoever takes its card can see one. One that was taken
// goes up only once a form was recorded with it.
//
// The store is bounded by number, bytes and the room that the card has left: a
// photo that does not fit is refused, and the lane goes on without it.
package photos

import (
	"crypto/hpke"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"checkpoint/store/durable"
)

// Bounds of a store. A busy post takes some hundred photos a day, and they go up
// within minutes of a link.
const (
	Most      = 300
	MostBytes = 64 << 20
	// Leave is what records keep of the card for themselves.
	Leave = 128 << 20
)

// ErrFull: the store, or the card, has no room for another photo.
var ErrFull = errors.New("no room for another photo")

// ErrGone: there is no such photo here, or it is not what was written.
var ErrGone = errors.New("no such photo")

const (
	taken = ".taken" // of no form yet
	kept  = ".photo" // of a form: to be sent
)

// Options of a store; all are needed but Room.
type Options struct {
	Dir           string
	Province, Box string
	Key           hpke.PublicKey        // of the province's records
	Room          func() (int64, error) // bytes that the card has left; nil: nobody asks
}

// Photo is one that waits to be sent.
type Photo struct {
	ID   ID
	Time time.Time // when it was taken
	Size int64     // bytes, sealed
}

// Store is safe for concurrent use.
type Store struct {
	opts    Options
	changed chan struct{}

	mu    sync.Mutex
	taken map[string]Photo // the last of each lane that no form has yet
	used  map[string]ID    // the last of each lane that one has
	wait  []Photo          // oldest first
	bytes int64            // of those that wait
}

// New opens the store in a directory, which it makes if need be. What was taken
// before and never used is removed.
func New(o Options) (*Store, error) {
	s := &Store{opts: o, changed: make(chan struct{}, 1), taken: map[string]Photo{}, used: map[string]ID{}}
	if err := durable.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open photos: %w", err)
	}
	files, err := os.ReadDir(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open photos: %w", err)
	}
	for _, f := range files {
		p, ok := parse(f)
		if !ok { // taken and not used, or a piece that a power cut left
			if err := os.Remove(filepath.Join(o.Dir, f.Name())); err != nil {
				return nil, fmt.Errorf("open photos: %w", err)
			}
			continue
		}
		s.wait, s.bytes = append(s.wait, p), s.bytes+p.Size
	}
	return s, nil
}

// name is where a photo lies: in order of time.
func (s *Store) name(p Photo, what string) string {
	return filepath.Join(s.opts.Dir, fmt.Sprintf("%016d-%s%s", p.Time.UnixMilli(), p.ID, what))
}

func parse(f fs.DirEntry) (p Photo, ok bool) {
	millis, rest, _ := strings.Cut(f.Name(), "-")
	text, what := strings.CutSuffix(rest, kept)
	id, errID := ParseID(text)
	n, errTime := strconv.ParseInt(millis, 10, 64)
	info, errInfo := f.Info()
	if !what || errors.Join(errID, errTime, errInfo) != nil {
		return p, false
	}
	return Photo{id, time.UnixMilli(n).UTC(), info.Size()}, true
}

// Take seals a JPEG and keeps it for a form of that lane, in the place of the one
// before. It is on disk on return. The errors are [ErrPicture] and [ErrFull].
func (s *Store) Take(lane string, picture []byte, at time.Time) (ID, error) {
	l := Label{s.opts.Province, s.opts.Box, at.UTC().Truncate(time.Millisecond)}
	sealed, err := Seal(s.opts.Key, l, picture)
	if err != nil {
		return ID{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.drop(lane); err != nil {
		return ID{}, err
	}
	p := Photo{IDOf(sealed), l.Time, int64(len(sealed))}
	if err := s.fits(p); err != nil {
		return ID{}, err
	}
	if err := durable.Replace(s.name(p, taken), sealed, 0o600); err != nil {
		return ID{}, fmt.Errorf("take photo: %w", errors.Join(err, removeIfThere(s.name(p, taken)+".new")))
	}
	s.taken[lane] = p
	return p.ID, nil
}

// fits is [ErrFull] where a photo has no room.
func (s *Store) fits(p Photo) error {
	if len(s.wait)+len(s.taken) >= Most || s.bytes+p.Size > MostBytes {
		return ErrFull
	}
	if s.opts.Room == nil {
		return nil
	}
	room, err := s.opts.Room()
	if err == nil && room-p.Size < Leave {
		err = ErrFull
	}
	return err
}

// drop removes what was taken at a lane for no form.
func (s *Store) drop(lane string) error {
	p, ok := s.taken[lane]
	if !ok {
		return nil
	}
	if err := removeIfThere(s.name(p, taken)); err != nil {
		return fmt.Errorf("drop photo: %w", err)
	}
	delete(s.taken, lane)
	return nil
}

// Drop removes a photo that was taken at a lane and that no form will have.
func (s *Store) Drop(lane string, id ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[lane].ID != id {
		return nil // another one took its place
	}
	return s.drop(lane)
}

// Use has a photo go up: a form of its lane is about to be recorded with it. It
// may be called again for the same. The error is [ErrGone] for any but the last
// that was taken there.
func (s *Store) Use(lane string, id ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.taken[lane]
	switch {
	case ok && p.ID == id:
	case s.used[lane] == id:
		return nil
	default:
		return ErrGone
	}
	if err := durable.Publish(s.name(p, taken), s.name(p, kept)); err != nil {
		return fmt.Errorf("keep photo: %w", err)
	}
	delete(s.taken, lane)
	s.used[lane] = id
	s.wait, s.bytes = append(s.wait, p), s.bytes+p.Size
	s.notice()
	return nil
}

// Waiting are the photos to be sent, the oldest first.
func (s *Store) Waiting() []Photo {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.wait)
}

// Changed yields after a photo was added to those that wait.
func (s *Store) Changed() <-chan struct{} { return s.changed }

func (s *Store) notice() {
	select {
	case s.changed <- struct{}{}:
	default: // one notice is enough: the list is read anew
	}
}

// Read is a photo's sealed bytes. One that the card has damaged opens nowhere any
// more: it is removed, and the error is [ErrGone].
func (s *Store) Read(id ID) ([]byte, error) {
	p, ok := s.find(id)
	if !ok {
		return nil, ErrGone
	}
	sealed, err := os.ReadFile(s.name(p, kept))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read photo: %w", err)
	}
	if IDOf(sealed) == id {
		return sealed, nil
	}
	return nil, errors.Join(fmt.Errorf("read photo %s: damaged: %w", id, ErrGone), s.Remove(id))
}

func (s *Store) find(id ID) (Photo, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.wait, func(p Photo) bool { return p.ID == id })
	if i < 0 {
		return Photo{}, false
	}
	return s.wait[i], true
}

// Remove removes a photo that the province has. One that is not here is no error.
func (s *Store) Remove(id ID) error {
	p, ok := s.find(id)
	if !ok {
		return nil
	}
	if err := removeIfThere(s.name(p, kept)); err != nil {
		return fmt.Errorf("remove photo: %w", err)
	}
	s.mu.Lock()
	s.wait = slices.DeleteFunc(s.wait, func(have Photo) bool { return have.ID == id })
	s.bytes -= p.Size
	s.mu.Unlock()
	return durable.SyncDir(s.opts.Dir)
}

func removeIfThere(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
