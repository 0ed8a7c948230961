// Package snapshot holds the province's signed data on a box: layers of sealed
// records in bbolt, and the signed manifest that names them.
//
// It promises: an answer, hit or miss, is given only when it was proven up to
// a root that the threshold of province keys signed; anything else is an error
// that wraps [ErrDamaged] or [ErrUntrusted]. A snapshot is switched by one
// atomic rename, the one before it is kept. Opening a layer reads its index,
// never the whole file.
//
// It never writes to a layer that is in use, never holds a name or an address,
// and knows nothing of rules or devices. [Accept] is the only way in.
//
// DESIGN.md has the format byte by byte and the failure table.
package snapshot

import "errors"

// ErrDamaged: the bytes on the card are not those that were signed. The answer
// is a fault, never a verdict and never "not in the data".
var ErrDamaged = errors.New("snapshot damaged")

// ErrUntrusted: signatures missing, wrong, or not enough of them; or a
// snapshot of another province, or an older one than is in use.
var ErrUntrusted = errors.New("snapshot not trusted")
