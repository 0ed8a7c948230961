// Package credential understands what a reader delivered: bytes of a code in,
// a [checkpoint.Credential] out.
//
// It promises: every payload gets an answer in bounded time, however damaged;
// the same payload always gets the same answer; a code cut short or glued to
// the next is an error and never another person; letters that never arrived are
// marked, never guessed. Facts about the formats are in docs/formats.md.
//
// It never looks anything up, never decides, never verifies a signature, and
// keeps nothing of what it has read. The verifier and checkpointctl call it.
package credential
