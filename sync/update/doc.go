// Package update brings the province's newest snapshot to a box, over HTTPS or
// from a USB stick, while the box goes on scanning with the one it has.
//
// It promises: only what the officers signed is taken in, only if it is newer
// than anything accepted before, and only when every block of it was proven
// when it came and was read back from the card as it was written; until the one
// rename that switches, the snapshot before is in use. A power cut at any point
// costs at most the last 2 MiB (one is synced while the next arrives), a broken
// link nothing that came.
// Memory stays bounded, whatever the other side sends. Metadata that have
// expired make the data stale, which is a status; nothing is ever removed for
// it. A snapshot with a rollout's plan waits for the box's stage.
//
// It never delays a lane or the uplink, believes no clock that the box does
// not trust, and believes nobody who says that a layer is good.
//
// DESIGN.md has the data flow, the failure table and the trade-offs.
package update

import (
	"errors"
	"fmt"

	"checkpoint/store/snapshot"
)

// What can be wrong. After each of them the snapshot in use stays in use.
var (
	// ErrStale: metadata expired. The data are the newest that is known; that
	// there are no newer ones is not.
	ErrStale = errors.New("metadata have expired: data are stale")
	// ErrRollback: older than what this box accepted before.
	ErrRollback = errors.New("older than what was accepted before")
	// ErrRoot: a change of keys without enough of the old or the new officers.
	ErrRoot = fmt.Errorf("%w: root without enough signatures", snapshot.ErrUntrusted)
	// ErrSignatures: metadata without enough good signatures, or garbled.
	ErrSignatures = fmt.Errorf("%w: metadata without enough good signatures", snapshot.ErrUntrusted)
	// ErrReplaced: a file is not the one that signed metadata name.
	ErrReplaced = fmt.Errorf("%w: not the file that was signed", snapshot.ErrUntrusted)
	// ErrProvince: signed, but for another province.
	ErrProvince = fmt.Errorf("%w: snapshot of another province", snapshot.ErrUntrusted)
	// ErrPlan: what officers signed as the rollout's plan, or a pause of it, does
	// not hold together or is of another snapshot.
	ErrPlan = fmt.Errorf("%w: rollout", snapshot.ErrUntrusted)
	// ErrTooLong: more bytes than such a file can have.
	ErrTooLong = errors.New("endless data")
	// ErrSlow: bytes drip slower than any working link.
	ErrSlow = errors.New("link too slow to be one")
	// ErrLink: the carrier broke. It goes on where it broke next time.
	ErrLink = errors.New("link broke")
	// ErrNoRoom: the card has no room for the snapshot beside the one in use.
	ErrNoRoom = snapshot.ErrNoRoom
	// ErrBusy: another process of this box takes a snapshot in.
	ErrBusy = snapshot.ErrBusy
)
