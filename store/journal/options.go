package journal

import (
	"crypto/ed25519"
	"crypto/hpke"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

const (
	defaultKeep = 7 * 24 * time.Hour
	// maxSegment caps a segment file; mapSize is above it, so that bbolt never
	// moves its map under a reader.
	maxSegment = 16 << 20
	minSegment = 256 << 10
	mapSize    = 32 << 20
	maxName    = 128 // bytes of a province's or box's name
	kemX25519  = 0x0020
)

// MaxRecords of a segment: the highest sequence that there is. It keeps the
// file's tree at two levels: 4,096 records of 140 bytes are 140 leaves, and a
// branch page names 170. A third level would add a page to every commit for the
// rest of the segment's life. Collectors refuse more: raise it there first.
const MaxRecords = 4096

// Options of a journal. Dir, Province, Box, BoxKey and ProvinceKey are required.
type Options struct {
	Dir          string // created with mode 0700
	Province     string
	Box          string
	BoxKey       ed25519.PrivateKey // signs segment headers
	ProvinceKey  hpke.PublicKey     // DHKEM(X25519, HKDF-SHA256)
	Now          func() time.Time   // default time.Now
	Keep         time.Duration      // how long a marked, closed segment stays; default 7 days
	SegmentBytes int64              // a segment file's size limit, 256 KiB to 16 MiB; default and cap 16 MiB
	MaxBytes     int64              // limit of all segment files together; 0: the whole disk
	Log          *slog.Logger       // default slog.Default()
}

// complete fills in defaults and reports every fault at once.
func (o *Options) complete() error {
	var faults []error
	fault := func(bad bool, text string) {
		if bad {
			faults = append(faults, errors.New(text))
		}
	}
	fault(o.Dir == "", "no directory")
	fault(o.Province == "" || len(o.Province) > maxName, fmt.Sprintf("province: want 1 to %d bytes", maxName))
	fault(o.Box == "" || len(o.Box) > maxName, fmt.Sprintf("box: want 1 to %d bytes", maxName))
	fault(len(o.BoxKey) != ed25519.PrivateKeySize, "box key: not an Ed25519 private key")
	fault(o.ProvinceKey == nil || o.ProvinceKey.KEM().ID() != kemX25519, "province key: not an X25519 HPKE key")
	fault(o.Keep < 0 || o.MaxBytes < 0, "keep and size limit: want no negative value")
	fault(o.SegmentBytes != 0 && o.SegmentBytes < minSegment, fmt.Sprintf("segment size: want %d bytes or more", minSegment))
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Keep == 0 {
		o.Keep = defaultKeep
	}
	if o.SegmentBytes == 0 || o.SegmentBytes > maxSegment {
		o.SegmentBytes = maxSegment
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return errors.Join(faults...)
}
