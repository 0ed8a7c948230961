package snapshot

import (
	"errors"
	"fmt"
	"time"
)

// ErrCreated: the time at which a snapshot says that it was created is not to
// be believed. Boxes take it as proof of how late it is, and never go back: one
// wrong year would have them refuse all that follows.
var ErrCreated = errors.New("creation time not believed")

const (
	// maxSkew is how far the province's own machines may differ.
	maxSkew = 10 * time.Minute
	// maxAhead is how far past a box's trusted clock a snapshot may be: a
	// generous difference of clocks, and no more.
	maxAhead = 24 * time.Hour
	// maxAway is for how long a box may have heard no signed time and still find
	// back by itself. A clock that is not trusted gives no better bound.
	maxAway = 10 * 365 * 24 * time.Hour
)

// earliest is before the first snapshot; written is no later than this program.
var (
	earliest = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	written  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Plausible refuses a snapshot that was created before 2020 or later than now,
// by the clock of the machine that builds, signs or publishes it, give or take
// ten minutes. The error wraps ErrCreated.
func (m *Manifest) Plausible(now time.Time) error {
	if m.CreatedAt().Before(earliest) {
		return fmt.Errorf("snapshot %d: %w: %s, before 2020", m.Number, ErrCreated, m.created())
	}
	if m.CreatedAt().After(now.Add(maxSkew)) {
		return fmt.Errorf("snapshot %d: %w: %s is in the future, this machine's clock shows %s", m.Number, ErrCreated, m.created(), now.UTC().Format(time.RFC3339))
	}
	return nil
}

// Latest is the latest creation time that a box may believe. A trusted now
// bounds it to a day. Else now is only a time that has passed for certain, zero
// if none is known: a box may have lain in a drawer since, but not ten years.
func Latest(now time.Time, trusted bool) time.Time {
	if trusted {
		return now.Add(maxAhead)
	}
	if now.Before(written) {
		now = written
	}
	return now.Add(maxAway)
}

// NotAfter refuses, on a box, a snapshot created later than latest. The error
// wraps ErrUntrusted and ErrCreated.
func (m *Manifest) NotAfter(latest time.Time) error {
	if m.CreatedAt().After(latest) {
		return fmt.Errorf("%w: snapshot %d: %w: %s is later than %s", ErrUntrusted, m.Number, ErrCreated, m.created(), latest.UTC().Format(time.RFC3339))
	}
	return nil
}

// created is the time in words; a year beyond 9999 has none.
func (m *Manifest) created() string { return m.CreatedAt().Format(time.RFC3339) }
