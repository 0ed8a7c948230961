package snapshot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"checkpoint/store/durable"
)

// runGroups is how many groups are committed together: 480 blocks are just
// under 1 MiB. While one run is written the next one comes: twice that much
// memory is needed, and so much at most comes again after a power cut.
const runGroups = 12

// Arrival is a layer on its way in. Blocks are proven as they come and
// committed in runs; what is committed survives a power cut, and the next
// Arrival of the same layer goes on behind it. Only a complete layer can be
// opened as one. Prove it from the card (VerifyAll) before it is used.
type Arrival struct {
	ref    LayerRef
	db     *bolt.DB
	stream *streamReader
	kept   uint32 // groups committed
	done   bool   // all is committed, and the head too

	run     run        // what came since the last commit began
	writing chan error // the end of a commit that runs meanwhile; nil: none
	pending uint32     // groups of that commit
}

// run is what is committed together.
type run struct {
	blocks [][]byte
	ended  [][]byte // slots of the groups that they complete
}

// OpenArrival begins the layer ref in dir, or goes on with it. A file that
// cannot be gone on with is begun anew. Run suspect files through [Probe] first.
func OpenArrival(dir string, ref LayerRef) (*Arrival, error) {
	stream, err := newStreamReader(ref)
	if err != nil {
		return nil, fmt.Errorf("take layer in: %w", err)
	}
	if err := durable.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("take layer in: %w", err)
	}
	a := &Arrival{ref: ref, stream: stream}
	path := filepath.Join(dir, ref.FileName())
	if err := a.open(path); errors.Is(err, ErrDamaged) {
		a.Close()
		if err := errors.Join(os.Remove(path), a.open(path)); err != nil {
			return nil, fmt.Errorf("take layer in: begin anew: %w", err)
		}
	} else if err != nil {
		return nil, fmt.Errorf("take layer in: %w", err)
	}
	if err := durable.SyncDir(dir); err != nil {
		a.Close()
		return nil, fmt.Errorf("take layer in: %w", err)
	}
	return a, nil
}

// open also finds how far the file goes. ErrDamaged: it has to be begun anew.
func (a *Arrival) open(path string) error {
	size, err := StreamSize(a.ref)
	if err != nil {
		return err
	}
	options := bolt.Options{PageSize: 4096, FreelistType: bolt.FreelistMapType, NoGrowSync: true, InitialMmapSize: int(size), Timeout: time.Second}
	var failed error // of the disk or of another process, not of the file's contents
	err = guard(func() (err error) {
		a.db, err = bolt.Open(path, 0o644, &options)
		var disk *os.PathError
		if errors.Is(err, bolterrors.ErrTimeout) || errors.As(err, &disk) {
			failed = err
		}
		if err == nil {
			err = a.db.View(a.resume)
		}
		return err
	})
	if failed != nil {
		return failed
	}
	return err
}

// resume reads how many groups are committed.
func (a *Arrival) resume(tx *bolt.Tx) error {
	if head := tx.Bucket(bucketHead); head != nil {
		a.done = bytes.Equal(head.Get(keyHeader), a.stream.layout.header())
		if !a.done {
			return fmt.Errorf("%w: head", ErrDamaged)
		}
	}
	groups, blocks := count(tx, bucketGroups), count(tx, bucketBlocks)
	if groups > a.stream.layout.groups() || blocks != min(groups*groupSlots, a.stream.layout.blocks) {
		return fmt.Errorf("%w: %d groups with %d blocks", ErrDamaged, groups, blocks)
	}
	a.kept = groups
	a.stream.skipTo(groups)
	return nil
}

// count is the number of values of a bucket, whose keys count from zero.
func count(tx *bolt.Tx, bucket []byte) uint32 {
	b := tx.Bucket(bucket)
	if b == nil {
		return 0
	}
	last, _ := b.Cursor().Last()
	if len(last) != 4 {
		return 0
	}
	return binary.BigEndian.Uint32(last) + 1
}

// Offset is the place in the stream from which Take goes on. The head is read
// once in the life of an Arrival, even when blocks are there already.
func (a *Arrival) Offset() int64 { return a.stream.offset() }

// Kept is how many bytes of the stream need not come again.
func (a *Arrival) Kept() int64 { return a.stream.layout.groupAt(a.kept) }

// Started tells whether blocks are kept from before.
func (a *Arrival) Started() bool { return a.kept > 0 }

// Complete tells whether everything has come and is on disk.
func (a *Arrival) Complete() bool { return a.done }

// TakeHead reads the head from the start of the stream and proves it. It comes
// before Take, which goes on at Offset.
func (a *Arrival) TakeHead(r io.Reader) error {
	if a.done || a.stream.groups != nil {
		return nil
	}
	if err := a.stream.head(r); err != nil {
		return fmt.Errorf("take layer in: %w", err)
	}
	return nil
}

// Take reads the stream from Offset to its end. After an error of the reader
// it can be called again with a new one. ErrDamaged: the bytes are not the
// signed ones; those before them are kept.
func (a *Arrival) Take(r io.Reader) error {
	if a.done {
		return nil
	}
	if a.stream.groups == nil {
		return errors.New("take layer in: the head has not come yet")
	}
	err := a.take(r)
	if errWrite := a.settle(); errWrite != nil {
		return errWrite // what came since is dropped, whatever else there was
	}
	if err != nil {
		return err
	}
	return a.finish()
}

func (a *Arrival) take(r io.Reader) error {
	for !a.stream.complete() {
		b, ended, err := a.stream.next(r)
		if err != nil {
			return fmt.Errorf("take layer in: %w", err)
		}
		a.run.blocks = append(a.run.blocks, b)
		if ended != nil {
			a.run.ended = append(a.run.ended, ended)
		}
		if len(a.run.ended) == runGroups {
			if err := a.commit(); err != nil {
				return err
			}
		}
	}
	return a.commit()
}

// commit begins to write a run, once the one before is on disk: the next one
// arrives meanwhile.
func (a *Arrival) commit() error {
	if err := a.settle(); err != nil || len(a.run.ended) == 0 {
		return err
	}
	first, whole, ended := a.kept, a.run, make(chan error, 1)
	go func() {
		ended <- guardWrite(func() error {
			return a.db.Update(func(tx *bolt.Tx) error {
				return errors.Join(putAll(tx, bucketBlocks, first*groupSlots, whole.blocks), putAll(tx, bucketGroups, first, whole.ended))
			})
		})
	}()
	a.writing, a.pending = ended, uint32(len(whole.ended))
	a.run = run{}
	return nil
}

// settle waits until what commit began is durable. If it failed, it goes back
// to what is committed, so that a full disk costs two runs only.
func (a *Arrival) settle() error {
	if a.writing == nil {
		return nil
	}
	err := <-a.writing
	a.writing = nil
	if err != nil {
		a.run = run{}
		a.stream.skipTo(a.kept)
		return fmt.Errorf("take layer in: %w", err)
	}
	a.kept += a.pending
	return nil
}

func (a *Arrival) finish() error {
	err := guardWrite(func() error {
		return a.db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists(bucketHead)
			if err != nil {
				return err
			}
			return errors.Join(b.Put(keyHeader, a.stream.layout.header()), b.Put(keyGroups, a.stream.groups))
		})
	})
	if err != nil {
		return fmt.Errorf("take layer in: %w", err)
	}
	a.done = true
	return nil
}

// Close frees the file; what is not committed comes again.
func (a *Arrival) Close() error {
	if a.db == nil {
		return nil
	}
	return a.db.Close()
}

// guardWrite is guard without the claim that every error is the file's.
func guardWrite(write func() error) (err error) {
	damage := guard(func() error { err = write(); return nil })
	return errors.Join(damage, err)
}
