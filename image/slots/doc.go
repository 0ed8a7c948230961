// Package slots keeps which of the card's two systems is started next: each has
// a number of tries that the loader takes one of at every start, and that a lane
// that became ready gives back.
//
// The state lies in the gap before the card's first partition, twice, and is
// written to the older copy each time: a power cut while writing spoils at most
// that one. A copy is a block in the form that U-Boot's `env import -c` checks
// and reads: a CRC-32 and texts name=value. image/boot.cmd is the other reader
// and writer; image/DESIGN.md has the rules.
package slots
