// Package publish keeps the repository from which boxes fetch snapshots: a
// directory that any web server can serve, with metadata of The Update
// Framework (https://theupdateframework.io, specification 1.0.31).
//
// It promises: nothing is published that a box would refuse (signatures,
// threshold, number, every block of every layer); what boxes look at first is
// replaced last, so that at every moment the directory is one whole state.
// Officers sign a snapshot once, each with their own key; the key that stays
// online can only say which signed snapshot is the newest.
//
// It never holds an officer's key, and never signs for one.
package publish
