// Package board reads what a single-board computer says of itself: its
// temperature, whether its supply was too weak, how worn its disk is, whether a
// network cable is in.
//
// It only reads what the kernel shows, for any user; it needs no tool of a
// vendor. What a board does not tell reads as not known, never as well.
package board
