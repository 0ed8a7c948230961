package journal

import (
	"errors"

	bolt "go.etcd.io/bbolt"
)

// ReadFile reads a segment file that no journal has open, as it came off a
// box's card, and calls each with its encoded header and every record by rising
// sequence. It proves nothing: opening a record does. An error of each ends it.
func ReadFile(path string, each func(header []byte, s Sealed) error) (err error) {
	f, err := openFile(path, read)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	return f.view(func(tx *bolt.Tx) error {
		records, segment := tx.Bucket(recordsBucket()), tx.Bucket(segmentBucket())
		if records == nil || segment == nil {
			return errDamaged
		}
		header := segment.Get(headerKey())
		return records.ForEach(func(key, value []byte) error {
			s, err := entry(key, value)
			if err != nil {
				return err
			}
			return each(header, s)
		})
	})
}
