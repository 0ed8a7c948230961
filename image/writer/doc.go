// Package writer puts the box's image onto a card, at an office computer.
//
// It promises: nothing is written before the image was compared with its signed
// checksum and the disk was found to be one that may be erased; the partition
// table goes on last, so that a card that was pulled out starts no box; and what
// is on the card is read back and compared before anybody is told that it is
// there.
//
// It knows three systems. Linux was tried, on real block devices. Windows and
// macOS were written by their makers' documents and compiled, never tried.
// DESIGN.md has what can go wrong.
package writer
