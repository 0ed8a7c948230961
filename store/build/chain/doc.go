// Package chain puts one snapshot after the other: which kind of layer comes
// next and on what it goes, the difference to that, and what the build after it
// will need.
//
// It promises: the input is always the whole province, so a layer that was
// lost, refused or skipped is made good by the next one; a snapshot has at most
// as many layers as a box will search; folding seals nothing again, it is a
// difference to an older snapshot; a build that fails leaves the directories as
// they were.
package chain
