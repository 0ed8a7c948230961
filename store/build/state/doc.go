// Package state keeps what a whole snapshot says, unsealed and in order of
// tags, beside the snapshot on the province's disk. The next build writes a
// layer with the differences to it only, and people who sign see what changes.
//
// It promises: a file appears under its name complete or not at all; one that
// is damaged, cut short or in disorder is [ErrDamaged], never a shorter
// province; reading takes memory for one frame. It never leaves the province:
// it says of every document what a box says only to whoever holds the card.
package state
