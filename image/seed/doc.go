// Package seed reads the file by which somebody at an office computer tells a
// card what box it is to be: checkpoint.toml on the card's FAT partition. It
// gives the files that the box's own programs read (network, time, Wi-Fi,
// proxy, the daemon's configuration) and writes checkpoint-status.txt beside
// it, in plain Vietnamese and English.
//
// It promises: every fault of the file is told at once, with its line and what
// to do; a file that does not hold changes nothing, for the last good one is
// kept; secrets are taken off the FAT partition once they are kept; and the
// power may be cut at any moment, for one file that is replaced whole
// ([Store.Keep]) is all that has to last, and everything else follows from it at
// each start.
//
// It starts nothing, sets no clock and knows no network but by name. Only
// commands use it, never the daemon. [DESIGN.md] has the order of the steps.
package seed
